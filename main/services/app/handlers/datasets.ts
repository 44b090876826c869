import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { splitTraining } from '../../../../core/data/split.ts'
import { BitwrightError } from '../../../../core/errors.ts'
import type { DatasetEntry, datasetRoutes } from '../../../contract/app/datasets.ts'
import { diskTrouble, pathExists } from '../../files.ts'
import { homeFolders } from '../../home.ts'
import { DIGITS } from '../../datasets/digits.ts'
import { downloadDataset } from '../../datasets/download.ts'
import { importDataset } from '../../datasets/kinds.ts'
import type { DatasetSummary } from '../../datasets/manifest.ts'
import { countClasses, datasetStatistics, pickSamples, readLabels, readSamples } from '../../datasets/samples.ts'
import { REMOTE_NAMES, remoteSets, type RemoteName } from '../../datasets/sources.ts'
import { listDatasets, locateDataset } from '../../datasets/store.ts'
import { resolveInside } from '../../paths.ts'
import { trashedName, trashFolder } from '../../projects/place.ts'
import type { Asker, Handlers, Services } from '../handling.ts'
import type { TaskTools } from '../tasks.ts'

export function datasetHandlers({ home, log, tasks, uploads, tell }: Services): Handlers<keyof typeof datasetRoutes> {
  const say = (message: string): void => log.add('info', 'datasets', message)
  /** Imports under a task that tells how far it is. */
  const gain = async (id: string, title: string, work: (options: TaskTools & { log: (message: string) => void }) => Promise<DatasetSummary>): Promise<DatasetEntry> => {
    const set = await tasks.run(id, title, async tools => work({ ...tools, log: say }))
    tell('datasets', {})
    return entryOf(set)
  }
  return {
    'datasets.list': async () => {
      const damaged: { name: string; fault: { what: string } }[] = []
      const found = await listDatasets(home, { log: message => damaged.push({ name: /data set (\S+) /.exec(message)?.[1] ?? '', fault: { what: message } }) })
      return { datasets: found.map(entryOf), damaged, known: REMOTE_NAMES.map(knownSet) }
    },
    'datasets.samples': ({ name, ...query }) => readSamples(home, name, query),
    'datasets.pick': ({ name, split, indices }) => pickSamples(home, name, split, indices),
    'datasets.statistics': ({ name }) => datasetStatistics(home, name),
    'datasets.split': ({ name, ...wanted }) => splitOf(home, name, wanted),
    'datasets.import': async ({ task, kind, name, paths, upload, ...options }, asker) => {
      try {
        return await gain(task, `import ${name}`, tools => importDataset(home, kind, paths ?? [uploads.folder(asker, upload ?? '')], name, { ...options, ...tools }))
      } finally {
        if (upload !== undefined) await uploads.discard(asker, upload).catch(() => undefined)
      }
    },
    'datasets.download': async ({ task, set, name, ...options }) => {
      if (!isRemote(set)) throw new BitwrightError({ what: `expected one of ${REMOTE_NAMES.join(', ')}, found ${JSON.stringify(set)}`, remedy: 'choose one of these' })
      return gain(task, `download ${set}`, tools => downloadDataset(home, set, { ...options, ...tools, ...(name !== undefined && { name }) }))
    },
    'datasets.trash': async ({ name }) => {
      const trashed = await trash(home, name)
      tell('datasets', {})
      return { trashed }
    },
    'uploads.begin': async ({ files }, asker: Asker) => ({ upload: await uploads.begin(asker, files) }),
    'uploads.piece': async ({ upload, file, offset, bytes }, asker) => {
      await uploads.piece(asker, upload, file, offset, bytes)
      return {}
    },
    'uploads.discard': async ({ upload }, asker) => {
      await uploads.discard(asker, upload)
      return {}
    },
  }
}

function entryOf({ shape, classes, ...rest }: DatasetSummary): DatasetEntry {
  return { ...rest, shape: [...shape], classes: [...classes] }
}

function isRemote(name: string): name is RemoteName {
  return REMOTE_NAMES.some(known => known === name)
}

function knownSet(name: RemoteName): { name: string; title: string; bytes: number; extraBytes: number } {
  const { title, files } = remoteSets[name]
  const sum = (extra: boolean): number => files.filter(file => (file.extra === true) === extra).reduce((total, { bytes }) => total + bytes, 0)
  return { name, title, bytes: sum(false), extraBytes: sum(true) }
}

async function splitOf(home: string, name: string, { validation, batchSize, limitTrain }: { validation: number; batchSize: number; limitTrain?: number | undefined }): ReturnType<Handlers['datasets.split']> {
  const { folder, manifest } = await locateDataset(home, name)
  const labels = await readLabels(folder, manifest, 'train')
  const used = limitTrain === undefined ? labels : labels.subarray(0, limitTrain)
  const { training } = splitTraining({ name, count: used.length }, { validation, batchSize })
  const count = (of: Uint16Array): { images: number; perClass: number[] } => ({ images: of.length, perClass: countClasses(of, manifest.classes.length) })
  return {
    training: count(used.subarray(0, training)),
    validation: count(used.subarray(training)),
    test: count(await readLabels(folder, manifest, 'test')),
    batches: Math.floor(training / batchSize),
  }
}

async function trash(home: string, name: string): Promise<string> {
  const { datasets } = homeFolders(home)
  if (!(await pathExists(join(datasets, name)))) {
    if (name === DIGITS) throw new BitwrightError({ what: `${DIGITS} is built in and was not made yet`, remedy: 'it takes no room' })
    throw new BitwrightError({ what: `there is no data set ${name}`, where: datasets, remedy: 'look at the list' })
  }
  const path = await resolveInside(datasets, name)
  const folder = trashFolder(home, 'datasets')
  const trashed = trashedName(name)
  try {
    await mkdir(folder, { recursive: true })
    await rename(path, join(folder, trashed))
  } catch (error) {
    throw diskTrouble(error, path)
  }
  return trashed
}
