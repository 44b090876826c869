import { basename, join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { pathExists, readBounded } from '../files.ts'

/** A file that gives pictures their classes by name. */
export interface LabelList {
  readonly path: string
  /** Pictures it names. */
  readonly size: number
  labelOf(picture: string): number | undefined
}

const LIST_LIMIT = 256 * 2 ** 20

/**
 * The list for the pictures of a part ("val"): Tiny ImageNet's val_annotations.txt, Kaggle's LOC_val_solution.csv for ImageNet, or Caffe's
 * val.txt, whose lines all begin with the picture and its class: an id, or a number in the order of the ids. Undefined if there is none.
 */
export async function findLabelList(part: string, folders: readonly string[], ids: readonly string[]): Promise<LabelList | undefined> {
  for (const folder of folders) {
    for (const name of [`${part}_annotations.txt`, ...(part.startsWith('val') ? ['LOC_val_solution.csv'] : []), `${part}.txt`]) {
      const path = join(folder, name)
      if (await pathExists(path)) return parseLabelList(new TextDecoder().decode(await readBounded(path, LIST_LIMIT)), ids, path)
    }
  }
  return undefined
}

function parseLabelList(text: string, ids: readonly string[], path: string): LabelList {
  const numbers = new Map(ids.map((id, label) => [id, label]))
  const labels = new Map<string, number>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [picture, id] = line.trim().split(/[\t, ]+/)
    if (!picture || (index === 0 && picture === 'ImageId')) continue
    const label = labelFrom(id, numbers)
    if (label === undefined) throw new BitwrightError({ what: `expected a picture and one of ${ids.length} classes in line ${index + 1}, found ${JSON.stringify(line.slice(0, 80))}`, where: path, remedy: 'give classes as the folders of the training part are called, or as numbers from 0 in the order of their names' })
    labels.set(stem(picture), label)
  }
  return { path, size: labels.size, labelOf: picture => labels.get(stem(picture)) }
}

function labelFrom(id: string | undefined, numbers: ReadonlyMap<string, number>): number | undefined {
  if (id === undefined) return undefined
  const known = numbers.get(id)
  if (known !== undefined) return known
  const number = /^\d{1,5}$/.test(id) ? Number(id) : numbers.size
  return number < numbers.size ? number : undefined
}

/** Lists name pictures with or without what follows the last dot. */
function stem(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '')
}
