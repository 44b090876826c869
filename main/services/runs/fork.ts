import { expandGroups } from '../../../core/architecture/groups.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { epochsWanted, type Position } from '../../../core/training/position.ts'
import { canonicalJson } from './fingerprint.ts'
import { refuseErrors, withOverrides } from './request.ts'

/** What a fork trains, and from where. */
export interface Forked {
  readonly project: Project
  readonly position: Position
}

/** Fields of the recipe that no fork may change, and why. */
const FIXED = {
  preprocessing: 'the images would be others than those the network was trained on',
  validation: 'images that the network was trained on would be held out',
} as const

/** Fields that may not change within an epoch: which images are left of it hangs on them. */
const FIXED_WITHIN = ['batchSize', 'seed', 'shuffle'] as const

/**
 * The project and position of a run that begins at a checkpoint of another, with fields of the recipe set as `--set` takes them. Weights and
 * the optimizer's memory are taken over, so the architecture and the kind of optimizer stay. Best and last epoch are the fork's own;
 * what was changed while the parent was under way holds on unless it is set anew. Throws what may not be, with the reason.
 */
export function forked(parent: Project, at: Position, set: readonly string[], where: string): Forked {
  const project = withOverrides(parent, { set })
  refuseErrors(project, project.name)
  const refuse = (what: string, remedy: string): never => {
    throw new BitwrightError({ what, where, remedy })
  }
  const changed = changedNode(parent, project)
  if (changed !== undefined) refuse(`a fork keeps the network whose weights it takes over, and ${changed} would be another`, 'train anew with the other network')
  if (project.dataset !== parent.dataset) refuse(`a fork keeps the data set, ${parent.dataset}`, 'train anew with the other data set')
  const [before, after] = [parent.recipe, project.recipe]
  if (before.optimizer.kind !== after.optimizer.kind) refuse(`a fork takes over what ${before.optimizer.kind} remembers of each weight, which ${after.optimizer.kind} has no use for`, `keep ${before.optimizer.kind}, or train anew`)
  const differs = (field: keyof Project['recipe']): boolean => canonicalJson(before[field]) !== canonicalJson(after[field])
  for (const [field, reason] of Object.entries(FIXED)) if (differs(field as keyof typeof FIXED)) refuse(`a fork keeps ${field}: ${reason}`, 'train anew with that')
  if (at.batch > 0) for (const field of FIXED_WITHIN) if (differs(field)) refuse(`within an epoch ${field} stays: it says which images are left of it`, 'fork from a checkpoint at the end of an epoch')
  const position = forkedPosition(at, set)
  if (position.epoch >= epochsWanted(after, position)) {
    refuse(`nothing is left to train: the checkpoint has finished ${position.epoch} epochs`, `set more epochs: recipe.epochs=${position.epoch + 10}`)
  }
  return { project, position }
}

/** Batches and sums of the epoch under way stay; of the changes, those that `set` does not replace. */
function forkedPosition({ changes, ...at }: Position, set: readonly string[]): Position {
  const sets = (field: string): boolean => set.some(assignment => new RegExp(`^\\s*${field.replace('.', '\\.')}[.=\\s]`).test(assignment))
  const kept = {
    ...(changes?.rateFactor !== undefined && !sets('recipe.learningRate') && { rateFactor: changes.rateFactor }),
    ...(changes?.epochs !== undefined && !sets('recipe.epochs') && { epochs: changes.epochs }),
  }
  return { ...at, best: null, last: null, sinceBest: 0, ...(Object.keys(kept).length > 0 && { changes: kept }) }
}

/** The first layer, or the wiring, that differs in what it computes. */
function changedNode(before: Project, after: Project): string | undefined {
  const [old, now] = [expandGroups(before.architecture), expandGroups(after.architecture)]
  const computed = ({ id, kind, attributes }: (typeof old.nodes)[number]): string => canonicalJson({ id, kind, attributes })
  const known = new Map(old.nodes.map(node => [node.id, computed(node)]))
  const other = now.nodes.find(node => known.get(node.id) !== computed(node))
  if (other) return `layer ${other.id}`
  return old.nodes.length !== now.nodes.length || canonicalJson(old.edges) !== canonicalJson(now.edges) ? 'its wiring' : undefined
}
