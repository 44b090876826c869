import { BitwrightError } from '../../../core/errors.ts'
import type { ImportKind } from '../../contract/app/datasets.ts'
import { importCifar10 } from './import-cifar10.ts'
import { importFolder, type ImportFolderOptions } from './import-folder.ts'
import { importIdx, type ImportIdxOptions } from './import-idx.ts'
import { importMat } from './import-mat.ts'
import type { DatasetSummary } from './manifest.ts'

/** What any kind of import takes. */
export type ImportAnyOptions = ImportIdxOptions & Omit<ImportFolderOptions, 'threads'>

type Importer = (home: string, paths: readonly string[], name: string, options?: ImportAnyOptions) => Promise<DatasetSummary>

/** What each KIND of import is read by. */
const importers: Readonly<Record<ImportKind, Importer>> = { idx: importIdx, cifar10: importCifar10, mat: importMat, folder: importFolder }

/** Options that only some kinds have. */
const LIMITED = { classes: ['idx'], testShare: ['folder'], size: ['folder'], fit: ['folder'], channels: ['folder'], skipBroken: ['folder'] } as const satisfies { readonly [option in keyof ImportAnyOptions]?: readonly ImportKind[] }

/** Imports files of a kind as data set `name` of `home` (which exists). `asWritten` says how an option is called where it was given. */
export async function importDataset(home: string, kind: ImportKind, paths: readonly string[], name: string, options: ImportAnyOptions, asWritten: (option: string) => string = option => option): Promise<DatasetSummary> {
  for (const [option, kinds] of Object.entries(LIMITED)) {
    if (option in options && !kinds.some(other => other === kind)) {
      const written = asWritten(option)
      throw new BitwrightError({ what: `expected ${written} for ${kinds.join(' and ')} only, found it for ${kind}`, where: written, remedy: 'leave it out' })
    }
  }
  return importers[kind](home, paths, name, options)
}
