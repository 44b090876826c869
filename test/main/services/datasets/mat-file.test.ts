import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { matNumbers } from '../../../../core/formats/mat.ts'
import { listMat, readMat, type MatVariable } from '../../../../main/services/datasets/mat-file.ts'
import { compressed, concat, element, matFile, matHeader, matrix, matrixContent, word, type MatArray } from '../../../support/mat-file.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const small: MatArray = { name: 'a', class: 'uint8', dimensions: [1, 3], storedAs: 'miUINT8', values: [7, 8, 9] }
const large: MatArray = { name: 'b', class: 'double', dimensions: [500, 400], storedAs: 'miDOUBLE', values: Array.from({ length: 200_000 }, (_, i) => i / 3) }

async function fileOf(...parts: Uint8Array[]): Promise<string> {
  const path = join(await temporaryFolder(), 'f.mat')
  await writeFile(path, concat(...parts))
  return path
}

async function valuesOf(variable: MatVariable | undefined, signal?: AbortSignal): Promise<number[]> {
  const all: number[] = []
  if (variable !== undefined) await readMat(variable, head => matNumbers(head, variable.littleEndian, value => void all.push(value)), { signal })
  return all
}

/** An element miCOMPRESSED of these compressed bytes. */
const wrapped = (data: Uint8Array): Uint8Array => concat(word(15, 'little'), word(data.length, 'little'), data)

describe('the variables of a file', () => {
  it.each([[true, 'little'], [false, 'little'], [true, 'big'], [false, 'big']] as const)('are found and read, compressed %s, %s-endian', async (compress, order) => {
    const arrays: readonly MatArray[] = [small, { ...small, name: 'c', class: 'cell' }, { ...large, compressed: !compress }, { ...small, name: 'd' }]
    const path = await fileOf(matFile(arrays.map(array => ({ compressed: compress, ...array })), order))
    const found = await listMat(path)
    expect([...found.keys()]).toEqual(['a', 'c', 'b', 'd'])
    expect(await valuesOf(found.get('a'))).toEqual([7, 8, 9])
    expect(await valuesOf(found.get('d'))).toEqual([7, 8, 9])
    expect(await valuesOf(found.get('b'))).toEqual(large.values)
    await expect(valuesOf(found.get('c'))).rejects.toThrow(/expected numbers in variable "c", found class cell/)
  })

  it('are read as far as they go: none in a bare header', async () => {
    expect((await listMat(await fileOf(matHeader()))).size).toBe(0)
  })

  it('tell how far reading is, and stop when told', async () => {
    const path = await fileOf(matFile([{ ...large, compressed: true }]))
    const variable = (await listMat(path)).get('b') as MatVariable
    const shares: number[] = []
    await readMat(variable, head => matNumbers(head, true, () => undefined), { progress: (what, share) => void shares.push(what === 'reading f.mat' ? share : -1) })
    expect(shares.length).toBeGreaterThan(1)
    expect(shares.at(-1)).toBe(1)
    await expect(valuesOf(variable, AbortSignal.abort())).rejects.toThrow(/abort/i)
  })

  const inner = matrix(small)
  const cut = matFile([large])
  it.each<readonly [string, Uint8Array, RegExp]>([
    ['a download cut short', cut.subarray(0, 5000), /expected 16000\d\d bytes for variable 1 at byte 128, the file ends after 4864 of them; at .*f\.mat; download or copy the file again: it is damaged or cut short/],
    ['a tag cut short', concat(matFile([small]), new Uint8Array(5)), /expected another variable or the end of the file at byte \d+, found 5 bytes/],
    ['another element', concat(matHeader(), element(9, new Uint8Array(8), 'little')), /expected a variable at byte 128 \(element type 14 or 15\), found element type 9/],
    ['one name twice', matFile([small, small]), /expected one variable "a", found two/],
    ['compressed data that are none', concat(matHeader(), wrapped(new Uint8Array(100).fill(1))), /expected compressed data, found damage; at .*f\.mat, byte 136/],
    ['compressed data of nothing', concat(matHeader(), wrapped(deflateSync(new Uint8Array(0)))), /found its data too short for one/],
    ['compressed data in compressed data', concat(matHeader(), compressed(compressed(inner))), /compressed data within compressed data/],
    ['more data promised than can be', concat(matHeader(), compressed(matrix({ ...large, values: [1] }, 'little', 4_000_000_000))), /expected 4000000008 bytes for variable "b" as its head says, \d+ bytes of compressed data cannot hold them/],
    ['a thousand variables and one', matFile(Array.from({ length: 1001 }, (_, i) => ({ ...small, name: `v${i}` }))), /at most 1000 variables/],
  ])('are refused: %s', async (_, bytes, message) => {
    await expect(listMat(await fileOf(bytes))).rejects.toThrow(message)
  })

  const whole = deflateSync(matrix(large))
  it.each<readonly [string, Uint8Array, RegExp]>([
    ['a bomb behind a small variable', wrapped(deflateSync(concat(matrix(small), new Uint8Array(2e8)))), /expected 56 bytes in variable "a" as its head says, found at least \d{3,6};/],
    ['data that end too early', wrapped(deflateSync(matrix(large).subarray(0, 1e6))), /expected 16000\d\d bytes in variable "b" as its head says, found only 1000000/],
    ['compressed data cut short', wrapped(whole.subarray(0, -1000)), /expected whole compressed data, it ends too early/],
    ['bytes after the compressed data', wrapped(concat(whole, new Uint8Array(100))), /expected no bytes after the compressed data, found some/],
    ['many bytes after the compressed data', wrapped(concat(whole, new Uint8Array(3e6))), /expected no bytes after the compressed data, found some/],
    ['a checksum that does not agree', wrapped(whole.map((byte, i) => (i === whole.length - 1 ? byte ^ 1 : byte))), /expected compressed data, found damage: incorrect data check/],
  ])('are refused when they are read: %s', async (_, bytes, message) => {
    const path = await fileOf(matHeader(), bytes)
    const before = process.memoryUsage().arrayBuffers
    const [variable] = (await listMat(path)).values()
    await expect(valuesOf(variable)).rejects.toThrow(message)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e7)
  })

  it('may be deep: nothing but their names is looked at', async () => {
    let nested = matrix(small)
    const head = matrixContent({ ...small, name: '', class: 'cell' }, 'little')
    for (let depth = 0; depth < 2000; depth++) nested = concat(word(14, 'little'), word(head.length + nested.length, 'little'), head, nested)
    expect([...(await listMat(await fileOf(matHeader(), nested, matrix({ ...small, name: 'z' })))).keys()]).toEqual(['', 'z'])
  })
})
