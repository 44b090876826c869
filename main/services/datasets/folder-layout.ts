import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { counted } from '../../../core/architecture/wording.ts'
import { MAX_CLASSES } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { diskTrouble } from '../files.ts'
import { classNamesFor } from './class-names.ts'
import { entriesOf, pictureFiles } from './folder-files.ts'
import { findLabelList, type LabelList } from './label-list.ts'

/** A file that should be a picture, and its class. */
export interface Listed {
  readonly path: string
  readonly label: number
}

export interface FolderLayout {
  /** Names of the classes, in the order of their folders' names. */
  readonly classes: readonly string[]
  /** By class, then by name. */
  readonly train: readonly Listed[]
  /** Of folders that have a part for validation and one for testing. */
  readonly validation: readonly Listed[]
  readonly test: readonly Listed[]
  /** Which folder the test part came from; undefined if there is none. */
  readonly testFolder: string | undefined
}

const TRAIN = ['train', 'training']
const VALIDATION = ['val', 'valid', 'validation']
const TEST = ['test', 'testing']

const SHAPE = 'a folder with one folder of pictures for each class, or with train and val (or test) folders that hold these'

/**
 * Finds pictures and their classes under a folder: class folders; train with val or test, which hold class folders (ImageNet) or pictures
 * that a list gives classes to (ImageNet's flat validation part, Tiny ImageNet). A class is what one folder of the training part holds, at
 * any depth, numbered by the order of the folders' names. A test part without labels, as challenges have it, is left out and said.
 */
export async function findFolderLayout(root: string, log?: (message: string) => void): Promise<FolderLayout> {
  const status = await stat(root).catch((error: unknown) => {
    throw diskTrouble(error, root)
  })
  if (!status.isDirectory()) throw new BitwrightError({ what: 'expected a folder of pictures, found a file', where: root, remedy: `give ${SHAPE}` })
  const others: string[] = []
  const other = (path: string): void => void others.push(path)
  const { folders } = await entriesOf(root)
  const trainFolder = named(folders, TRAIN)
  // Without a training part these may well be what classes are called.
  const [validationFolder, testFolder] = trainFolder === undefined ? [] : [named(folders, VALIDATION), named(folders, TEST)]
  // Class folders may stand in a folder of their own beside their list of names.
  const holder = trainFolder ?? (folders.length === 1 && folders[0]?.toLowerCase() === 'images' ? folders[0] : undefined)
  const top = holder === undefined ? root : join(root, holder)
  if (folders.length > 0 && folders.every(name => named([name], [...VALIDATION, ...TEST]))) throw new BitwrightError({ what: `expected a train folder beside ${folders.join(' and ')}, found none`, where: root, remedy: `give ${SHAPE}` })
  const ids = await classFolders(top, root)
  const train = await byFolder(top, ids, ids, other)
  const empty = ids.find((_, label) => !train.some(file => file.label === label))
  if (empty !== undefined) throw new BitwrightError({ what: `expected pictures in each class folder, found none in ${empty}`, where: top, remedy: 'remove the folder, or add pictures' })
  const part = async (name: string | undefined, needed: boolean): Promise<Listed[]> => (name === undefined ? [] : readPart(root, name, ids, needed, other, log))
  const validation = await part(validationFolder, true)
  const test = await part(testFolder, false)
  if (others.length > 0) log?.(`left out, by name: ${others.slice(0, 5).map(path => basename(path)).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}`)
  const { names, list } = await classNamesFor(ids, [root, top, dirname(root)])
  if (list !== undefined) log?.(`names of classes are from ${list}`)
  if (test.length > 0) return { classes: names, train, validation, test, testFolder }
  return { classes: names, train, validation: [], test: validation, testFolder: validation.length > 0 ? validationFolder : undefined }
}

function named(folders: readonly string[], names: readonly string[]): string | undefined {
  return folders.find(name => names.includes(name.toLowerCase()))
}

async function classFolders(top: string, root: string): Promise<readonly string[]> {
  const { folders, files } = await entriesOf(top)
  if (folders.length === 0) throw new BitwrightError({ what: `expected folders of classes, found ${files.length > 0 ? `only files, such as ${files[0]}` : 'an empty folder'}`, where: top, remedy: `give ${SHAPE}` })
  if (folders.length === 1) throw new BitwrightError({ what: `expected at least two class folders, found one: ${folders[0]}`, where: top, remedy: top === root ? `give ${SHAPE}` : 'add pictures of another class' })
  if (folders.length > MAX_CLASSES) throw new BitwrightError({ what: `expected at most ${MAX_CLASSES} class folders, found ${folders.length}`, where: top, remedy: `give ${SHAPE}` })
  return folders
}

async function byFolder(top: string, present: readonly string[], ids: readonly string[], other: (path: string) => void): Promise<Listed[]> {
  const found: Listed[] = []
  for (const name of present) {
    const label = ids.indexOf(name)
    for (const path of await pictureFiles(join(top, name), other)) found.push({ path, label })
  }
  return found
}

/** Pictures of a validation or test folder. Without labels it is an error if they are `needed`, else it is left out. */
async function readPart(root: string, name: string, ids: readonly string[], needed: boolean, other: (path: string) => void, log?: (message: string) => void): Promise<Listed[]> {
  const top = join(root, name)
  const { folders } = await entriesOf(top)
  const known = new Set(ids)
  if (folders.some(folder => known.has(folder))) {
    const stray = folders.find(folder => !known.has(folder))
    if (stray !== undefined) throw new BitwrightError({ what: `expected only classes of the training part, found ${stray}`, where: top, remedy: 'add pictures of it to the training part, or take the folder out' })
    const missing = ids.length - folders.length
    if (missing > 0) log?.(`${counted(missing, 'class', 'classes')} of the training part ${missing === 1 ? 'is' : 'are'} not in ${name}`)
    return byFolder(top, folders, ids, other)
  }
  const paths = await pictureFiles(top, other)
  const list = await findLabelList(name, [top, root], ids)
  if (list !== undefined) return labelled(paths, list, top, log)
  if (!needed) {
    log?.(`${name} is left out: nothing says the classes of its ${counted(paths.length, 'picture')}`)
    return []
  }
  throw new BitwrightError({
    what: `expected class folders, or a list of the pictures' classes, found ${folders.length > 0 ? `folders such as ${folders[0]}, which is no class of the training part` : 'neither'}`,
    where: top,
    remedy: `put the pictures into class folders, or add ${name}_annotations.txt (name and class, one a line), LOC_val_solution.csv or ${name}.txt`,
  })
}

function labelled(paths: readonly string[], list: LabelList, top: string, log?: (message: string) => void): Listed[] {
  const missing = paths.filter(path => list.labelOf(path) === undefined)
  if (missing.length > 0) throw new BitwrightError({ what: `expected a class for every picture, found none for ${counted(missing.length, 'picture')}, such as ${basename(missing[0] as string)}`, where: list.path, remedy: 'complete the list, or take those pictures out' })
  if (list.size > paths.length) log?.(`${basename(list.path)} lists ${counted(list.size - paths.length, 'picture')} more than ${basename(top)} has`)
  return paths.map(path => ({ path, label: list.labelOf(path) as number })).sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : 1))
}
