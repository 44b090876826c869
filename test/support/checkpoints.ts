import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../../core/architecture/project.ts'
import { START, type EpochRecord, type Position } from '../../core/training/position.ts'
import { notesOf, saveEpoch } from '../../main/services/runs/checkpoints.ts'
import type { TensorSource } from '../../main/services/runs/checkpoint-write.ts'
import { createRun } from '../../main/services/runs/create.ts'
import type { Run } from '../../main/services/runs/open.ts'
import { smallProject } from './small-training.ts'

/** Tensors a and b of `count` values each; value k of tensor t is t + k * factor. */
export function sources(count = 100, factor = 1): TensorSource[] {
  return ['b', 'a'].map((name, t) => ({ name, shape: [count], read: async () => new Uint8Array(Float32Array.from({ length: count }, (_, k) => t + k * factor).buffer) }))
}

export function epochRecord(epoch: number, validError = 0.5): EpochRecord {
  return { epoch, step: epoch * 10, learningRate: 0.1, trainLoss: 1 / 3, trainError: 0.25, validLoss: 0.5, validError, validTop5Error: 0, testLoss: 0.125, testError: 0.5, testTop5Error: 0 }
}

export function positionAfter(epoch: number): Position {
  return { ...START, epoch, step: epoch * 10, best: epochRecord(1), last: epochRecord(epoch), sinceBest: epoch - 1 }
}

export const notesAfter = (epoch: number, project: Project = smallProject()): ReturnType<typeof notesOf> => notesOf(project, { scale: 2 / 255, offset: -1 }, positionAfter(epoch))

/** A run's folder as an engine leaves it after `epochs` epochs, its lock given up. */
export async function storedRun(home: string, { id = '20260101-000000-small-aaaa', epochs = 0, project = smallProject() } = {}): Promise<Run> {
  await mkdir(home, { recursive: true })
  const { run, lock } = await createRun(home, project, { id, adapter: 'none', driver: 'none', dataset: { name: 'small', sha256: '0'.repeat(64), classes: ['x', 'y'] } })
  for (let epoch = 1; epoch <= epochs; epoch++) await saveEpoch(run.directory, sources(100, epoch), notesAfter(epoch, project), epoch === 1)
  await writeFile(join(run.directory, 'metrics.jsonl'), Array.from({ length: epochs }, (_, k) => `${JSON.stringify(epochRecord(k + 1))}\n`).join(''))
  lock.release()
  return run
}
