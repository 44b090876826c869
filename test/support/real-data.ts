import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const FOLDER = process.env.BITWRIGHT_DATA ?? resolve(import.meta.dirname, '../../../shared/data')

/**
 * Path under the folder of published data sets (BITWRIGHT_DATA, else shared/data beside the repository). Undefined, with the reason
 * printed, where it is not there: they are not part of the repository for their size and licences.
 */
export function realData(name: string): string | undefined {
  const path = resolve(FOLDER, name)
  if (existsSync(path)) return path
  console.log(`skipped: tests on the real ${name}, which is not in ${FOLDER} (set BITWRIGHT_DATA to a folder that has it)`)
  return undefined
}
