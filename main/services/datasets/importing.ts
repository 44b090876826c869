import { sliceSplit, type Dataset, type Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { DIGITS } from './digits.ts'
import { refuseTaken, type PublishOptions } from './publish.ts'

/** What every importer takes. */
export interface ImportOptions extends PublishOptions {
  /** For files without a test set: how many images to take for it from the end of the training set. */
  readonly test?: number | undefined
  /** Called with the share that is done, 0 to 1, while long files are read. */
  readonly progress?: ((what: string, done: number) => void) | undefined
}

/** Throws unless a data set of this name can be imported: asked before anything is read. */
export async function admitName(home: string, name: string, replace = false): Promise<void> {
  if (name === DIGITS) throw new BitwrightError({ what: `the name ${DIGITS} belongs to the built-in data set`, where: 'name', remedy: 'choose another name' })
  await refuseTaken(home, name, replace)
}

/** There must be test files or --test, and not both. `files` says how test files are called. */
export function admitTest(testFile: string | undefined, test: number | undefined, trainFile: string, files: string): void {
  if (testFile === undefined && test === undefined) {
    throw new BitwrightError({ what: 'expected a test set beside the training set, found none', where: trainFile, remedy: `add ${files}, or set apart training images for it with --test N` })
  }
  if (testFile !== undefined && test !== undefined) {
    throw new BitwrightError({ what: `expected one test set, found both test files and --test ${test}`, where: testFile, remedy: 'leave --test out, or name the training files alone' })
  }
}

/** Takes the last `test` images of `split` for the test set; views, nothing is copied. */
export function setApart(split: Split, test: number, where: string): Pick<Dataset, 'train' | 'test'> {
  if (!Number.isInteger(test) || test < 1 || test >= split.count) {
    throw new BitwrightError({ what: `expected from 1 to ${split.count - 1} test images to set apart of ${split.count}, found ${test}`, where, remedy: split.count > 1 ? `set --test to ${split.count - 1} or less, and at least 1` : 'add test files' })
  }
  const remaining = split.count - test
  return { train: sliceSplit(split, 0, remaining), test: sliceSplit(split, remaining, split.count) }
}
