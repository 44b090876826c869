import type { ImportKind } from '../../contract/app/datasets.ts'
import { importCifar10 } from './import-cifar10.ts'
import { importIdx, type ImportIdxOptions } from './import-idx.ts'
import { importMat } from './import-mat.ts'
import type { DatasetSummary } from './manifest.ts'

type Importer = (home: string, paths: readonly string[], name: string, options?: ImportIdxOptions) => Promise<DatasetSummary>

/** What each KIND of import is read by. */
export const importers: Readonly<Record<ImportKind, Importer>> = { idx: importIdx, cifar10: importCifar10, mat: importMat }
