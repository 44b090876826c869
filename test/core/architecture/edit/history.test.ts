import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dispatch, goTo, labelOf, newHistory, redo, undo, type Command, type History } from '../../../../core/architecture/edit/index.ts'
import { inferArchitecture, layerKinds, presetNamed, ProjectSchema, type Edge, type Project } from '../../../../core/architecture/index.ts'
import { BitwrightError } from '../../../../core/errors.ts'

const kinds = [...layerKinds.keys()]

/** A command that mostly fits the project as it is, drawn from whole numbers. */
function commandFor({ architecture, recipe }: Project, [what, a, b, c]: readonly [number, number, number, number]): Command {
  const node = (at: number): string => architecture.nodes[at % Math.max(1, architecture.nodes.length)]?.id ?? 'nobody'
  const ids = [...new Set([node(a), node(b), node(c)])]
  const edge = architecture.edges[a % Math.max(1, architecture.edges.length)]
  const edges: Edge[] = edge ? [edge] : []
  const point = { x: a - 500, y: b - 500 }
  const group = architecture.groups?.[a % Math.max(1, architecture.groups.length)]?.id ?? 'nothing'
  const choices: readonly (() => Command)[] = [
    () => ({ do: 'add', kind: kinds[b % kinds.length] ?? 'dense', at: point }),
    () => ({ do: 'add', kind: kinds[b % kinds.length] ?? 'dense', at: point, ...(edge && { onto: edge }) }),
    () => ({ do: 'add', kind: 'sign', at: point, from: node(b) }),
    () => ({ do: 'insert', id: node(b), onto: edge ?? { from: { node: 'nobody', port: 'out' }, to: { node: 'nobody', port: 'in' } }, at: point }),
    () => ({ do: 'add', kind: 'batchNorm', at: point, into: { node: node(b), port: 'in' }, room: { width: 176, height: 84 } }),
    () => ({ do: 'connect', from: node(a), to: node(b), port: c % 3 === 0 ? 'a' : 'in' }),
    () => ({ do: 'disconnect', edges }),
    () => ({ do: 'remove', ids: ids.slice(0, 2), join: c % 2 === 0 }),
    () => ({ do: 'move', to: ids.map(id => ({ id, at: point })) }),
    () => ({ do: 'align', ids, side: (['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const)[c % 6] ?? 'left', size: { width: 176, height: 60 } }),
    () => ({ do: 'arrange', ...(c % 2 === 0 && { ids }) }),
    () => ({ do: 'setAttributes', ids, set: { units: b }, unset: c % 2 === 0 ? ['bias'] : [] }),
    () => ({ do: 'renameNode', id: node(a), to: `layer${b}` }),
    () => ({ do: 'paste', fragment: { nodes: architecture.nodes.filter(({ id }) => ids.includes(id)), edges: architecture.edges.filter(({ from, to }) => ids.includes(from.node) && ids.includes(to.node)), groups: (architecture.groups ?? []).filter(({ nodes }) => nodes.every(id => ids.includes(id))) }, at: point }),
    () => ({ do: 'group', ids }),
    () => ({ do: 'ungroup', group }),
    () => ({ do: 'setGroup', group, repeat: 1 + (b % 4), collapsed: c % 2 === 0 }),
    () => ({ do: 'setRecipe', recipe: { ...recipe, epochs: 1 + b }, what: 'epochs' }),
    () => ({ do: 'setProject', name: `name ${c}` }),
    () => {
      const fixes = inferArchitecture(architecture).problems.flatMap(problem => problem.fixes)
      const fix = fixes[a % Math.max(1, fixes.length)]
      return fix ? { do: 'fix', fix } : { do: 'arrange' }
    },
  ]
  return (choices[what % choices.length] as () => Command)()
}

/** Commands that do not fit are refused by name, and leave everything as it was. */
function tried(history: History, command: Command): History {
  try {
    return dispatch(history, command)
  } catch (error) {
    expect(error).toBeInstanceOf(BitwrightError)
    return history
  }
}

const draws = fc.tuple(fc.nat(19), fc.nat(999), fc.nat(999), fc.nat(999))

describe('a history', () => {
  it('comes back to the same document from 2,000 commands, and goes forth again', () => {
    fc.assert(fc.property(fc.array(draws, { minLength: 100, maxLength: 100 }), fc.constantFrom('digits', 'mnist-mlp-torch'), (all, preset) => {
      const start = newHistory(presetNamed(preset))
      const texts = [JSON.stringify(start.project)]
      let history = start
      for (const draw of all) {
        const before = history.done.length
        history = tried(history, commandFor(history.project, draw))
        if (history.done.length > before) texts.push(JSON.stringify(history.project))
      }
      expect(ProjectSchema.parse(history.project)).toEqual(history.project)
      const end = history
      for (const text of texts.slice(0, -1).reverse()) {
        history = undo(history)
        expect(JSON.stringify(history.project)).toBe(text)
      }
      expect(history.project).toEqual(start.project)
      expect(JSON.stringify(goTo(history, end.done.length).project)).toBe(texts.at(-1))
      expect(redo(undo(end)).project).toEqual(end.project)
    }), { numRuns: 20 })
  }, 60_000)

  it('forgets what was undone when something else is done', () => {
    const history = dispatch(undo(dispatch(newHistory(presetNamed('digits')), { do: 'setProject', name: 'one' })), { do: 'setProject', name: 'two' })
    expect(history.undone).toEqual([])
    expect(history.done.map(step => step.label)).toEqual(['rename project'])
    expect(undo(history).project.name).toBe('digits')
  })

  it('makes one step of those that share a key', () => {
    let history = newHistory(presetNamed('digits'))
    for (const name of ['a', 'ab', 'abc']) history = dispatch(history, { do: 'setProject', name }, 'name')
    expect(history.done).toHaveLength(1)
    expect(undo(history).project).toEqual(presetNamed('digits'))
  })

  it('keeps no step for what changes nothing', () => {
    const history = newHistory(presetNamed('digits'))
    expect(dispatch(history, { do: 'move', to: [{ id: 'input', at: { ...presetNamed('digits').architecture.nodes[0]?.position ?? { x: 0, y: 0 } } }] })).toBe(history)
    expect(dispatch(history, { do: 'ungroup', group: 'none' })).toBe(history)
  })

  it('names its steps', () => {
    expect(labelOf({ do: 'move', to: [{ id: 'dense1', at: { x: 0, y: 0 } }, { id: 'sign1', at: { x: 0, y: 0 } }] })).toBe('move 2 layers')
    expect(labelOf({ do: 'add', kind: 'batchNorm', at: { x: 0, y: 0 } })).toBe('add batch normalisation')
  })
})
