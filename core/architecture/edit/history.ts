import type { Project } from '../project.ts'
import { applyCommand } from './apply.ts'
import type { Command } from './command.ts'
import { labelOf } from './label.ts'

interface Step {
  readonly label: string
  /** Leads over this step in the direction its list is for. */
  readonly command: Command
  /** Steps with one key that follow each other at once are one, such as the letters of a name. */
  readonly key?: string | undefined
}

/** A project with what was done to it and what was taken back. The newest of `done` and of `undone` is the last. */
export interface History {
  readonly project: Project
  readonly done: readonly Step[]
  readonly undone: readonly Step[]
}

/** As many steps as can be taken back; older ones are forgotten. */
export const MAX_STEPS = 500

export function newHistory(project: Project): History {
  return { project, done: [], undone: [] }
}

/** Throws, changing nothing, as applyCommand does. A command that changes nothing leaves the history as it is. */
export function dispatch(history: History, command: Command, key?: string): History {
  const applied = applyCommand(history.project, command)
  if (!applied) return history
  const last = history.done.at(-1)
  const continued = key !== undefined && last?.key === key
  const step: Step = { label: labelOf(command), command: continued ? overBoth(last.command, applied.inverse) : applied.inverse, key }
  const done = continued ? [...history.done.slice(0, -1), step] : [...history.done, step].slice(-MAX_STEPS)
  return { project: applied.project, done, undone: [] }
}

/** The earlier inverse knows the parts as they were first; what it has not is in the later. */
function overBoth(first: Command, second: Command): Command {
  return first.do === 'restore' && second.do === 'restore' ? { ...first, parts: { ...second.parts, ...first.parts } } : first
}

export function undo(history: History): History {
  const step = history.done.at(-1)
  const applied = step && applyCommand(history.project, step.command)
  if (!step || !applied) return step ? { ...history, done: history.done.slice(0, -1) } : history
  return { project: applied.project, done: history.done.slice(0, -1), undone: [...history.undone, { label: step.label, command: applied.inverse }] }
}

export function redo(history: History): History {
  const step = history.undone.at(-1)
  const applied = step && applyCommand(history.project, step.command)
  if (!step || !applied) return step ? { ...history, undone: history.undone.slice(0, -1) } : history
  return { project: applied.project, done: [...history.done, { label: step.label, command: applied.inverse }], undone: history.undone.slice(0, -1) }
}

/** Undoes or redoes until so many steps are done. */
export function goTo(history: History, steps: number): History {
  let at = history
  while (at.done.length > steps && at.done.length > 0) at = undo(at)
  while (at.done.length < steps && at.undone.length > 0) at = redo(at)
  return at
}
