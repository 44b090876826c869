import { existsSync } from 'node:fs'
import { appendFile, mkdir, open, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { diskTrouble, ensureSpace, parseJson, readBounded, readExactly, readJson, writeAtomic, writeSynced } from '../../../main/services/files.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const errorOf = (code: string): Error => Object.assign(new Error(code), { code })

describe('writeAtomic', () => {
  it('writes text, bytes and pieces, over an earlier file too, and leaves nothing beside', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'a.json')
    await writeAtomic(path, 'tëxt')
    expect(await readFile(path, 'utf8')).toBe('tëxt')
    await writeAtomic(path, Uint8Array.of(1, 2, 3).subarray(1))
    expect([...(await readFile(path))]).toEqual([2, 3])
    await writeAtomic(path, async file => {
      await file.write('0000 data')
      await file.write('1234', 0)
    })
    expect(await readFile(path, 'utf8')).toBe('1234 data')
    expect(await readdir(folder)).toEqual(['a.json'])
  })

  it('keeps the earlier file and removes its own when the disk is full, and says what was needed', async ({ skip }) => {
    if (!existsSync('/dev/full')) skip('this system has no /dev/full')
    const folder = await temporaryFolder()
    const path = join(folder, 'a')
    await writeAtomic(path, 'old')
    const fill = async (): Promise<void> => {
      const full = await open('/dev/full', 'w')
      await full.writeFile('x').finally(() => full.close())
    }
    await expect(writeAtomic(path, fill, { bytes: 12345 })).rejects.toThrow(`the disk is full: 12345 bytes were needed; nothing was changed; at ${path}; free some space`)
    await expect(writeAtomic(path, async () => Promise.reject(new Error('stop')))).rejects.toThrow(/^stop$/)
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['a'])
  })

  it('says when there is no such folder, or one stands in its place', async () => {
    const folder = await temporaryFolder()
    await expect(writeAtomic(join(folder, 'none', 'a'), '')).rejects.toThrow(/found nothing of this name/)
    await mkdir(join(folder, 'b', 'c'), { recursive: true })
    await expect(writeAtomic(join(folder, 'b'), '')).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['b'])
  })

  it('writes new files only where asked to', async () => {
    const path = join(await temporaryFolder(), 'a')
    await writeSynced(path, 'one')
    await expect(writeSynced(path, 'two')).rejects.toThrow(/EEXIST/)
    expect(await readFile(path, 'utf8')).toBe('one')
  })
})

describe('reading', () => {
  it('takes exactly the bytes that are expected', async () => {
    const path = join(await temporaryFolder(), 'a')
    await writeFile(path, 'abc')
    expect([...(await readExactly(path, 3))]).toEqual([97, 98, 99])
    await expect(readExactly(path, 4)).rejects.toThrow(`expected a file of 4 bytes, found 3; at ${path}`)
    await expect(readBounded(path, 2)).rejects.toThrow(/at most 2 bytes, found 3/)
    expect((await readBounded(path, 3)).length).toBe(3)
  })

  it('compares the size before it takes memory', async () => {
    const path = join(await temporaryFolder(), 'sparse')
    await writeFile(path, '')
    await truncate(path, 2 ** 40)
    await expect(readBounded(path, 2 ** 20)).rejects.toThrow(/found 1099511627776/)
    await expect(readExactly(path, 5)).rejects.toThrow(/expected a file of 5 bytes, found 1099511627776/)
  })

  it('reads a file that grows or is cut, or whose place others take, as it was at one moment', async () => {
    const path = join(await temporaryFolder(), 'lines')
    await writeFile(path, 'line\n')
    const read = async (): Promise<void> => {
      const text = new TextDecoder().decode(await readBounded(path, 2 ** 20))
      expect(text).toBe('line\n'.repeat(text.length / 5))
    }
    for (let turn = 1; turn <= 60; turn++) {
      const write = turn % 10 === 0 ? writeAtomic(path, 'line\n'.repeat(turn)) : appendFile(path, 'line\n')
      await Promise.all([write, ...Array.from({ length: 8 }, read)])
      if (turn % 15 === 0) await Promise.all([truncate(path, 5), read(), read(), read()])
    }
  })

  it('refuses what is not a file', async () => {
    const folder = await temporaryFolder()
    await expect(readBounded(folder, 10)).rejects.toThrow(/expected a file, found a folder/)
    await expect(readBounded(join(folder, 'none'), 10)).rejects.toThrow(/found nothing of this name/)
    await symlink('/dev/zero', join(folder, 'zero'))
    await expect(readBounded(join(folder, 'zero'), 10)).rejects.toThrow(/neither file nor folder/)
  })
})

describe('JSON from outside', () => {
  const Schema = z.strictObject({ version: z.literal(1), notes: z.record(z.string(), z.unknown()) })

  it('is parsed against its schema, or named with the field that is wrong', async () => {
    const path = join(await temporaryFolder(), 'a.json')
    await writeFile(path, '{"version":1,"notes":{"a\\u0062":[1]}}')
    expect(await readJson(path, Schema)).toEqual({ version: 1, notes: { ab: [1] } })
    await writeFile(path, '{"version":2,"notes":{}}')
    await expect(readJson(path, Schema)).rejects.toThrow(/version: .*; at .*a\.json/)
    await writeFile(path, '{"version":1')
    await expect(readJson(path, Schema)).rejects.toThrow(/expected JSON in UTF-8: .*a\.json/)
    await writeFile(path, Uint8Array.of(0x22, 0xff, 0x22))
    await expect(readJson(path, z.string())).rejects.toThrow(/expected JSON in UTF-8/)
    await writeFile(path, `"${'x'.repeat(100)}"`)
    await expect(readJson(path, z.string(), { limit: 50 })).rejects.toThrow(/at most 50 bytes, found 102/)
  })

  it.each(['{"version":1,"notes":{"__proto__":{"polluted":1}}}', '{"version":1,"notes":{"x":[{"\\u005f_proto__":{"polluted":1}}]}}', '{"__proto__":{"version":1}}'])('may not reach for a prototype: %s', text => {
    expect(() => parseJson(text, Schema, 'message')).toThrow(/"__proto__" is not allowed; at message/)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('the disk', () => {
  it('must have room, and some to spare', async () => {
    const folder = await temporaryFolder()
    await expect(ensureSpace(folder, 1)).resolves.toBeUndefined()
    await expect(ensureSpace(folder, 2 ** 50)).rejects.toThrow(/expected 1125899906842624 bytes free on the disk .* found \d+; at /)
  })

  it('speaks in words, not codes', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EMFILE', 'EIO']) {
      expect(diskTrouble(errorOf(code), '/p', 5)).toMatchObject({ name: 'BitwrightError', where: '/p', remedy: expect.any(String) as string })
    }
    const other = errorOf('Z_DATA_ERROR')
    expect(diskTrouble(other, '/p')).toBe(other)
    expect(diskTrouble('text', '/p').message).toBe('text')
  })
})
