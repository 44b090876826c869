import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { annotate, readNotes } from '../../../../main/services/runs/notes.ts'
import { EMPTY, readQueue, writeQueue, type QueueContents } from '../../../../main/services/queue/store.ts'
import { storedRun } from '../../../support/checkpoints.ts'
import { makeReadOnly, smallDisk } from '../../../support/small-disk.ts'
import { smallProject } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const id = (number: number): string => number.toString(16).padStart(16, '0')

/** A queue of `count` entries of one batch. */
function queueOf(count: number, state: 'waiting' | 'finished' = 'waiting'): QueueContents {
  const entries = Array.from({ length: count }, (_, at) => ({ id: id(at + 1), batch: id(0), set: [`recipe.seed=${at}`], state, run: null, added: '2026-01-01T00:00:00.000Z', fault: null, resumed: 0, stalled: { step: 0, times: 0 } }))
  return { version: 1, held: false, batches: [{ id: id(0), several: true, name: null, project: smallProject(), limitTrain: null }], entries }
}

test('a queue comes back as it was written; of what has ended the newest stay, and batches without entries go', async () => {
  const home = await temporaryFolder()
  const refuse = (message: string): never => expect.unreachable(message)
  expect(await readQueue(home, refuse)).toEqual(EMPTY)
  await writeQueue(home, queueOf(3))
  expect(await readQueue(home, refuse)).toEqual(queueOf(3))
  await writeQueue(home, queueOf(250, 'finished'))
  const kept = await readQueue(home, refuse)
  expect([kept.entries.length, kept.entries[0]?.id]).toEqual([200, id(51)])
  await writeQueue(home, { ...kept, entries: [] })
  expect((await readQueue(home, refuse)).batches).toEqual([])
})

test('a queue that an earlier version wrote is read', async () => {
  const home = await temporaryFolder()
  const { entries, ...rest } = queueOf(2)
  await writeFile(join(home, 'queue.json'), JSON.stringify({ ...rest, entries: entries.map(({ stalled: _, ...entry }, at) => ({ ...entry, resumed: at === 1 })) }))
  expect((await readQueue(home, message => expect.unreachable(message))).entries).toEqual(entries.map((entry, at) => ({ ...entry, resumed: at })))
})

test.each([
  ['no JSON', '{"version":1'],
  ['an entry of no batch', JSON.stringify({ ...queueOf(1), batches: [] })],
  ['a field that nobody knows', JSON.stringify({ ...queueOf(1), more: 1 })],
  ['a run id that leads out of the home', JSON.stringify({ ...queueOf(1), entries: [{ ...queueOf(1).entries[0], run: '../../etc' }] })],
])('a queue with %s is set aside and said so', async (_what, text) => {
  const home = await temporaryFolder()
  await writeFile(join(home, 'queue.json'), text)
  const said: string[] = []
  expect(await readQueue(home, message => said.push(message))).toEqual(EMPTY)
  expect(said.join()).toMatch(/the queue begins anew; the file that held it is now .*queue\.json\.damaged/)
  expect(await readFile(join(home, 'queue.json.damaged'), 'utf8')).toBe(text)
})

test('on a full disk queue and notes stay as they were, and nothing else is left', async () => {
  const home = smallDisk('256k')
  if (home === undefined) return
  const { directory } = await storedRun(home)
  await annotate(directory, { notes: 'kept' })
  await writeQueue(home, queueOf(1))
  const before = [await readdir(home), await readdir(directory), await readFile(join(home, 'queue.json'), 'utf8')]
  await writeFile(join(home, 'filler'), Buffer.alloc(2 ** 20)).catch(() => undefined)
  await expect(writeQueue(home, queueOf(900))).rejects.toThrow(/the disk is full: \d+ bytes were needed; nothing was changed/)
  await expect(annotate(directory, { notes: 'x'.repeat(20_000) })).rejects.toThrow('the disk is full')
  expect([(await readdir(home)).filter(name => name !== 'filler'), await readdir(directory), await readFile(join(home, 'queue.json'), 'utf8')]).toEqual(before)
  expect(await readNotes(directory)).toMatchObject({ notes: 'kept' })
})

test('on a read-only disk both say so', async () => {
  const home = smallDisk('256k')
  if (home === undefined) return
  const { directory } = await storedRun(home)
  makeReadOnly(home)
  await expect(writeQueue(home, queueOf(1))).rejects.toThrow('the disk is read-only; at ')
  await expect(annotate(directory, { name: 'other' })).rejects.toThrow('the disk is read-only')
  expect(await readNotes(directory)).toMatchObject({ name: null })
})
