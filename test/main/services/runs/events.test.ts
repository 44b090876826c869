import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EventWriter, readEvents } from '../../../../main/services/runs/events.ts'
import { recoveryText } from '../../../../main/services/runs/recovery.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

test('what a run made again after it went back to an earlier step is marked, and stays in the file', async () => {
  const folder = await temporaryFolder()
  const writer = await EventWriter.open(folder)
  const checkpoint = (step: number) => writer.append({ kind: 'checkpoint', file: 'last.safetensors', epoch: 0, batch: step, step, bytes: 1 })
  const resume = (step: number) => writer.append({ kind: 'resume', file: 'last.safetensors', epoch: 0, batch: step, step, adapter: 'none' })
  await writer.append({ kind: 'state', state: 'running' })
  await checkpoint(10)
  await checkpoint(20)
  await writer.append({ kind: 'best', epoch: 3, step: 30, validError: 0.5, testError: 0.5 })
  await resume(20)
  await checkpoint(30)
  await resume(10)
  await checkpoint(20)
  await writer.close()
  const events = await readEvents(folder)
  expect(events.map(event => [event.kind, 'step' in event ? event.step : 0, event.undone === true])).toEqual([
    ['state', 0, false], ['checkpoint', 10, false], ['checkpoint', 20, true], ['best', 30, true], ['resume', 20, false], ['checkpoint', 30, true], ['resume', 10, false], ['checkpoint', 20, false],
  ])
  expect(await readFile(join(folder, 'events.jsonl'), 'utf8')).not.toContain('undone')
})

test('where a run would go on is the last checkpoint that it did not make again', async () => {
  const folder = await temporaryFolder()
  const writer = await EventWriter.open(folder)
  await writer.append({ kind: 'checkpoint', file: 'epoch-1.safetensors', epoch: 1, batch: 0, step: 30, bytes: 1 })
  await writer.append({ kind: 'checkpoint', file: 'last.safetensors', epoch: 1, batch: 10, step: 40, bytes: 1 })
  // As where the newest was damaged.
  await writer.append({ kind: 'resume', file: 'epoch-1.safetensors', epoch: 1, batch: 0, step: 30, adapter: 'none' })
  await writer.close()
  expect(await recoveryText(folder, { interrupted: true, state: 'stopped', metrics: [] })).toMatch(/; the last checkpoint is of step 30$/)
})
