import type { Attributes } from './document.ts'
import { layerKinds, type LayerKinds } from './kinds/index.ts'
import type { Project } from './project.ts'
import { shapeRead } from './steps.ts'
import { checked, lastWeights, requireOwnIds, withNodes } from './transform.ts'
import { grouped, shapeText } from './wording.ts'

/** What a network must fit of a data set: height, width and channels of its images, and how many classes they have. */
export interface ImagesOf {
  readonly name: string
  readonly shape: readonly [height: number, width: number, channels: number]
  readonly classes: readonly string[]
}

export interface Adapted {
  readonly project: Project
  /** What was changed, a line each; none if the network fitted already. */
  readonly notes: readonly string[]
}

/**
 * The project for another data set: its input takes the size that the recipe's preprocessing makes of the images, and the last layers with weights in front of the heads
 * have as many units as there are classes. Whether all windows fit the new size is for inference to say.
 */
export function adaptToImages(project: Project, { name, shape, classes }: ImagesOf, kinds: LayerKinds = layerKinds): Adapted {
  requireOwnIds(project)
  const last = lastWeights(project.architecture, kinds)
  const read = shapeRead(project.recipe.preprocessing, shape)
  const [height, width, channels] = read
  const notes: string[] = []
  const nodes = project.architecture.nodes.map(node => {
    const kind = kinds.get(node.kind)
    const set = (values: Attributes): typeof node => {
      if (Object.entries(values).every(([field, value]) => node.attributes[field] === value)) return node
      return checked({ ...node, attributes: { ...node.attributes, ...values } }, kinds)
    }
    if (kind?.family === 'input') {
      const changed = set({ height, width, channels })
      if (changed !== node) notes.push(`${node.id} takes ${shapeText(read)}, as the images of ${name} are, in place of ${['height', 'width', 'channels'].map(side => grouped(Number(node.attributes[side]))).join(' × ')}`)
      return changed
    }
    if (kind?.width === undefined || !last.has(node.id)) return node
    const changed = set({ [kind.width]: classes.length })
    if (changed !== node) notes.push(`${node.id} has ${grouped(classes.length)} ${kind.width}, one for each class of ${name}, in place of ${grouped(Number(node.attributes[kind.width]))}`)
    return changed
  })
  return notes.length === 0 ? { project, notes } : { project: withNodes(project, nodes), notes }
}
