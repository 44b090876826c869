import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { LineWriter, readLines } from '../../../../main/services/runs/lines.ts'
import { openMetrics, readMetrics } from '../../../../main/services/runs/metrics.ts'
import { epochRecord } from '../../../support/checkpoints.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const Line = z.strictObject({ k: z.int() })

async function file(): Promise<string> {
  return join(await temporaryFolder(), 'lines.jsonl')
}

async function values(path: string, log?: (message: string) => void): Promise<number[]> {
  return (await readLines(path, Line, { log })).map(({ value }) => value.k)
}

test('lines are read as they were appended, and none of a file that is not there', async () => {
  const path = await file()
  expect(await values(path)).toEqual([])
  const writer = await LineWriter.open(path)
  for (const k of [1, 2, 3]) await writer.append([{ k }])
  await writer.close()
  expect(await values(path)).toEqual([1, 2, 3])
})

test('a file cut anywhere loses its torn line only, and appending goes on after the whole ones', async () => {
  const path = await file()
  const whole = [1, 22, 333].map(k => `${JSON.stringify({ k })}\n`)
  const text = whole.join('')
  for (let length = 0; length <= text.length; length++) {
    await writeFile(path, text)
    await truncate(path, length)
    let complete = 0
    for (let end = 0; (end += whole[complete]?.length ?? Infinity) <= length;) complete++
    expect(await values(path)).toEqual([1, 22, 333].slice(0, complete))
    const writer = await LineWriter.open(path)
    await writer.append([{ k: 4 }])
    await writer.close()
    expect(await readFile(path, 'utf8')).toBe(`${whole.slice(0, complete).join('')}{"k":4}\n`)
  }
})

test('the last whole line is found before a torn one of any length', async () => {
  const path = await file()
  await writeFile(path, `{"k":1}\n${'x'.repeat(200_000)}`)
  await (await LineWriter.open(path)).close()
  expect(await readFile(path, 'utf8')).toBe('{"k":1}\n')
  await writeFile(path, 'x'.repeat(200_000))
  await (await LineWriter.open(path)).close()
  expect(await readFile(path, 'utf8')).toBe('')
})

test('a damaged line in the middle is left out and named', async () => {
  const path = await file()
  await writeFile(path, '{"k":1}\n\u0000\u0000\n{"k":"2"}\n{"k":3}\n')
  const said: string[] = []
  expect(await values(path, message => said.push(message))).toEqual([1, 3])
  expect(said).toHaveLength(2)
  expect(said[0]).toContain('line 2')
  expect(said[1]).toContain('line 3')
})

test('metrics after the checkpoint are cut, so that a resumed run ends with the same bytes', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'metrics.jsonl')
  const lines = [1, 2, 3, 4].map(epoch => `${JSON.stringify(epochRecord(epoch))}\n`)
  await writeFile(path, lines.join(''))
  await appendFile(path, '{"epoch":5,"st')
  const writer = await openMetrics(folder, 2, epochRecord(2))
  expect(await readFile(path, 'utf8')).toBe(lines.slice(0, 2).join(''))
  await writer.append([epochRecord(3)])
  await writer.append([epochRecord(4)])
  await writer.close()
  expect(await readFile(path, 'utf8')).toBe(lines.join(''))
  expect(await readMetrics(folder)).toEqual([1, 2, 3, 4].map(epoch => epochRecord(epoch)))
})

test('an epoch that is missing before the checkpoint is told of, and the last one filled in', async () => {
  const folder = await temporaryFolder()
  const said: string[] = []
  await (await openMetrics(folder, 3, epochRecord(3), { log: message => said.push(message) })).close()
  expect(said.join()).toContain('lacks epochs 1 to 3')
  expect(await readMetrics(folder)).toEqual([epochRecord(3)])
})

test('lines that are one only together, or more than one, are damaged ones', async () => {
  const path = await file()
  const Loose = z.looseObject({ k: z.int() })
  for (const [text, kept] of [['{"k":1}\n{"k":2,\n"j":3}\n{"k":4},{"k":5}\n{"k":6}\n', [1, 6]], ['{"k":1},{"k":2}\n{"k":3}\n', [3]]] as const) {
    await writeFile(path, text)
    expect((await readLines(path, Loose)).map(({ value }) => value.k)).toEqual(kept)
  }
})
