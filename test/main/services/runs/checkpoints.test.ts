import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseHeader } from '../../../../core/formats/safetensors.ts'
import { Checkpoint } from '../../../../main/services/runs/checkpoint-read.ts'
import { writeCheckpoint } from '../../../../main/services/runs/checkpoint-write.ts'
import { checkpointFolder, notesOf, openBest, openCheckpoint, keepCheckpoint, openLatest, saveEpoch, saveLast } from '../../../../main/services/runs/checkpoints.ts'
import { notesAfter, positionAfter, sources, storedRun } from '../../../support/checkpoints.ts'
import { smallProject } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function written(): Promise<string> {
  const path = join(await temporaryFolder(), 'x.safetensors')
  await writeCheckpoint(path, sources(), notesAfter(2))
  return path
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  const place = at < 0 ? bytes.length + at : at
  bytes[place] = (bytes[place] as number) ^ 1
  writeFileSync(path, bytes)
}

test('a checkpoint is read as it was written', async () => {
  const path = await written()
  const checkpoint = await Checkpoint.open(path)
  expect(checkpoint.notes).toEqual(notesAfter(2))
  checkpoint.checkTensors([{ name: 'a', shape: [100] }, { name: 'b', shape: [100] }])
  expect(checkpoint.values('a')?.[99]).toBe(100)
  expect(checkpoint.values('b')?.[99]).toBe(99)
  expect(checkpoint.values('c')).toBeUndefined()
  expect(() => checkpoint.checkTensors([{ name: 'a', shape: [10, 10] }])).toThrow('expected tensor "a" as F32 [10, 10], found F32 [100]')
  expect(() => checkpoint.checkTensors([{ name: 'c', shape: [1] }])).toThrow('found none')
  await checkpoint.close()
})

test('a checkpoint that is made to stay is the one that was asked about, also where another takes its place meanwhile', async () => {
  const { directory } = await storedRun(await temporaryFolder(), { epochs: 1 })
  const folder = checkpointFolder(directory)
  const before = readFileSync(join(folder, 'best.safetensors'))
  const names = async (): Promise<string[]> => (await readdir(folder)).sort()
  await expect(keepCheckpoint(directory, 'best.safetensors', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(keepCheckpoint(directory, 'epoch-7.safetensors', async () => undefined)).rejects.toThrow('found nothing of this name')
  expect(await names()).toEqual(['best.safetensors', 'epoch-1.safetensors', 'last.safetensors'])
  const kept = await keepCheckpoint(directory, 'best.safetensors', async at => {
    expect(at).toEqual(positionAfter(1))
    await saveEpoch(directory, sources(100, 2), notesAfter(2), true)
  })
  expect(kept).toBe('step-10.safetensors')
  expect(readFileSync(join(folder, kept)).equals(before)).toBe(true)
  expect(await names()).toEqual(['best.safetensors', 'epoch-1.safetensors', 'epoch-2.safetensors', 'last.safetensors', 'step-10.safetensors'])
  expect(await keepCheckpoint(directory, kept, async at => expect(at.step).toBe(10))).toBe(kept)
})

test('it is plain safetensors whose SHA-256 anyone can check, and holds neither time nor path', async () => {
  const path = await written()
  const bytes = readFileSync(path)
  const { checksum, metadata, tensors } = parseHeader(bytes, { where: path })
  expect([...tensors.keys()]).toEqual(['a', 'b'])
  const blank = Buffer.from(bytes)
  blank.write('0'.repeat(64), checksum?.offset ?? 0, 'latin1')
  expect(createHash('sha256').update(blank).digest('hex')).toBe(checksum?.hex)
  expect(Object.keys(metadata).sort()).toEqual(['format', 'pixelOffset', 'pixelScale', 'position', 'project', 'seed', 'sha256', 'version'])
  expect(Number(metadata['pixelScale'])).toBe(2 / 255)
})

test('the same state gives the same bytes, whatever order its fields and tensors come in', async () => {
  const folder = await temporaryFolder()
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  await writeCheckpoint(one, sources(), notesAfter(2))
  const notes = notesAfter(2)
  const position = Object.fromEntries(Object.entries(notes.position).toReversed()) as typeof notes.position
  await writeCheckpoint(two, sources().toReversed(), { ...notes, position })
  expect(readFileSync(two).equals(readFileSync(one))).toBe(true)
})

test('every flipped byte and every cut is found', async () => {
  const path = await written()
  const good = readFileSync(path)
  const step = 13
  for (let at = 0; at < good.length; at += step) {
    flip(path, at)
    await expect(Checkpoint.open(path), `byte ${at}`).rejects.toMatchObject({ name: 'BitwrightError' })
    writeFileSync(path, good)
  }
  for (let length = 0; length < good.length; length += step) {
    writeFileSync(path, good.subarray(0, length))
    await expect(Checkpoint.open(path), `length ${length}`).rejects.toMatchObject({ name: 'BitwrightError' })
  }
  await expect(Checkpoint.open(join(path, '..'))).rejects.toThrow('expected a file, found a folder')
})

test('an epoch is kept under its number, as last and as best; of older ones one stays', async () => {
  const run = await storedRun(await temporaryFolder(), { epochs: 4 })
  const folder = checkpointFolder(run.directory)
  expect((await readdir(folder)).sort()).toEqual(['best.safetensors', 'epoch-3.safetensors', 'epoch-4.safetensors', 'last.safetensors'])
  expect(statSync(join(folder, 'last.safetensors')).ino).toBe(statSync(join(folder, 'epoch-4.safetensors')).ino)
  const best = await openBest(run, () => undefined)
  expect(best?.notes.position.epoch).toBe(1)
  await best?.close()
})

test('a place within an epoch is a file of its own', async () => {
  const run = await storedRun(await temporaryFolder(), { epochs: 2 })
  const folder = checkpointFolder(run.directory)
  const epochBefore = readFileSync(join(folder, 'epoch-2.safetensors'))
  await saveLast(run.directory, sources(100, 9), notesOf(run.project, { scale: 1, offset: 0 }, { ...positionAfter(2), batch: 3, step: 23 }))
  expect(readFileSync(join(folder, 'epoch-2.safetensors')).equals(epochBefore)).toBe(true)
  const latest = await openLatest(run, () => undefined)
  expect(latest?.notes.position.step).toBe(23)
  await latest?.close()
})

test('after going back, epochs that were ahead are dropped when they are overtaken', async () => {
  const run = await storedRun(await temporaryFolder(), { epochs: 5 })
  await saveEpoch(run.directory, sources(), notesAfter(3), false)
  expect((await readdir(checkpointFolder(run.directory))).sort()).toEqual(['best.safetensors', 'epoch-3.safetensors', 'last.safetensors'])
})

test('damaged checkpoints are named, and the one before is used', async () => {
  const run = await storedRun(await temporaryFolder(), { epochs: 3 })
  const folder = checkpointFolder(run.directory)
  const said: string[] = []
  const latest = async (): Promise<number | undefined> => {
    said.length = 0
    const checkpoint = await openLatest(run, message => said.push(message))
    await checkpoint?.close()
    return checkpoint?.notes.position.epoch
  }
  expect(await latest()).toBe(3)
  expect(said).toEqual([])
  // last and epoch-3 are one file.
  flip(join(folder, 'last.safetensors'), -5)
  expect(await latest()).toBe(2)
  expect(said.join('\n')).toMatch(/last\.safetensors cannot be used: expected SHA-256[^]*epoch-3\.safetensors cannot be used[^]*using .*epoch-2\.safetensors \(after epoch 2, step 20\) instead/)
  writeFileSync(join(folder, 'epoch-2.safetensors'), readFileSync(join(folder, 'epoch-2.safetensors')).subarray(0, 300))
  expect(await latest()).toBe(1)
  expect(said.join('\n')).toMatch(/epoch-2\.safetensors cannot be used: .*cut short/)
  flip(join(folder, 'best.safetensors'), 3)
  await expect(latest()).rejects.toThrow('expected a good checkpoint, found last.safetensors, epoch-3.safetensors, epoch-2.safetensors, best.safetensors damaged')
  await rm(folder, { recursive: true })
  expect(await latest()).toBeUndefined()
})

test('a damaged best is refused, not replaced by an epoch that is worse', async () => {
  const run = await storedRun(await temporaryFolder(), { epochs: 3 })
  flip(join(checkpointFolder(run.directory), 'best.safetensors'), -1)
  await expect(openBest(run, () => undefined)).rejects.toThrow('best.safetensors')
})

test('a checkpoint of another network is refused; more epochs or another place on the drawing are no other network', async () => {
  const run = await storedRun(await temporaryFolder(), { epochs: 1 })
  const path = join(checkpointFolder(run.directory), 'last.safetensors')
  const other = { ...run, project: smallProject({ units: 32 }) }
  await expect(openCheckpoint(other, path)).rejects.toThrow('another network')
  const { architecture, recipe } = run.project
  const moved = { ...run, project: { ...run.project, name: 'renamed', recipe: { ...recipe, epochs: 99 }, architecture: { ...architecture, nodes: architecture.nodes.map(node => ({ ...node, position: { x: 5, y: 5 } })) } } }
  await (await openCheckpoint(moved, path)).close()
})
