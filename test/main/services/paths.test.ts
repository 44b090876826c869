import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveInside } from '../../../main/services/paths.ts'
import { temporaryFolder } from '../../support/temporary.ts'

async function rootWithNeighbour(): Promise<{ root: string; outside: string }> {
  const folder = await realpath(await temporaryFolder())
  const [root, outside] = [join(folder, 'root'), join(folder, 'root-outside')]
  await mkdir(join(root, 'sub'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), '')
  return { root, outside }
}

describe('resolveInside', () => {
  it('joins plain names, whether they exist or not', async () => {
    const { root } = await rootWithNeighbour()
    for (const name of ['a', 'sub', 'sub/new/file.json', 'con-fused', 'a..b', '...x']) expect(await resolveInside(root, name)).toBe(join(root, name))
  })

  it.each([
    '', '.', '..', '../root-outside/secret', 'sub/../../x', 'sub/./x', '/etc/passwd', 'a//b', 'a/', '..\\x', 'C:\\x', 'C:x', 'a\0b', 'a\nb', 'file:stream', 'dot.', 'blank ', 'con', 'NUL.txt', 'sub/aux.json', 'com1', 'a?',
    'x'.repeat(256),
  ])('refuses %j', async name => {
    const { root } = await rootWithNeighbour()
    await expect(resolveInside(root, name)).rejects.toThrow(/expected a plain name inside a folder/)
  })

  it('follows links that stay inside and refuses those that lead out, or nowhere', async () => {
    const { root, outside } = await rootWithNeighbour()
    await symlink(join(root, 'sub'), join(root, 'inner'))
    await symlink(outside, join(root, 'outer'))
    await symlink(join(outside, 'not-yet'), join(root, 'dangling'))
    await symlink('loop', join(root, 'loop'))
    expect(await resolveInside(root, 'inner/new')).toBe(join(root, 'inner/new'))
    for (const name of ['outer', 'outer/secret', 'outer/new/file']) await expect(resolveInside(root, name)).rejects.toThrow(/leads out of it/)
    for (const name of ['dangling', 'dangling/x', 'loop']) await expect(resolveInside(root, name)).rejects.toThrow(/leads nowhere/)
  })

  it('takes a root that is itself behind a link', async () => {
    const { root, outside } = await rootWithNeighbour()
    await symlink(root, join(outside, 'alias'))
    expect(await resolveInside(join(outside, 'alias'), 'x')).toBe(join(root, 'x'))
    await expect(resolveInside(join(root, 'none'), 'x')).rejects.toThrow(/found nothing of this name/)
  })
})
