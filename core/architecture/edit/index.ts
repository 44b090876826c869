/** Editing a project: pure commands with inverses, and their history. */
export { applyCommand, type Applied } from './apply.ts'
export { readFragment, writeFragment } from './clipboard.ts'
export type { Command, Fragment, Parts, Point, Side, Size } from './command.ts'
export { corner, fragmentOf, nextId, pastedIds, sameEdge } from './graph.ts'
export { dispatch, goTo, MAX_STEPS, newHistory, redo, undo, type History } from './history.ts'
export { labelOf } from './label.ts'
