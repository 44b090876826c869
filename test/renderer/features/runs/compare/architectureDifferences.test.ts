import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyCommand, type Command } from '../../../../../core/architecture/edit/index.ts'
import { laidOut, presetNamed, presets, removeNode, setField, type Architecture, type Project } from '../../../../../core/architecture/index.ts'
import { architectureDifferences, marksOf } from '../../../../../renderer/features/runs/compare/architectureDifferences.ts'

const digits = presetNamed('digits')
function after(project: Project, ...commands: Command[]): Architecture {
  return commands.reduce((at, command) => applyCommand(at, command)?.project ?? at, project).architecture
}

describe('differences of networks', () => {
  it('are none to the same network, drawn elsewhere and listed in another order', () => {
    fc.assert(fc.property(fc.constantFrom(...presets), preset => {
      const { architecture } = preset
      const other = laidOut({ ...architecture, nodes: architecture.nodes.map(node => ({ ...node, position: { x: 1, y: 2 } })), edges: [...architecture.edges].reverse() })
      expect(architectureDifferences(architecture, other).layers).toEqual([])
    }))
  })

  it('name exactly the attribute that was changed', () => {
    expect(architectureDifferences(digits.architecture, setField(digits, 'nodes.dense1.units=300').architecture).layers).toEqual([
      { node: 'dense1', change: 'changed', attributes: [expect.objectContaining({ name: 'units', before: '512', after: '300' })] },
    ])
  })

  it('do not count a default that is written down', () => {
    expect(architectureDifferences(digits.architecture, setField(digits, 'nodes.dense1.weights=binary').architecture).layers).toEqual([])
  })

  it('of any layer taken out: it is gone, and what it fed is rewired', () => {
    fc.assert(fc.property(fc.constantFrom(...presets), fc.nat(), ({ architecture }, seed) => {
      const inner = architecture.nodes.filter(node => architecture.edges.some(edge => edge.from.node === node.id) && architecture.edges.filter(edge => edge.to.node === node.id).length === 1)
      const node = inner[seed % inner.length]
      if (!node) return
      const without = removeNode(architecture, node.id)
      const fed = architecture.edges.filter(edge => edge.from.node === node.id).map(edge => edge.to.node)
      const marks = marksOf(architectureDifferences(architecture, without))
      expect(marks).toEqual(new Map([...[...new Set(fed)].map(id => [id, 'rewired'] as const), [node.id, 'removed'] as const]))
      // Seen from the other side the same layers are marked, and the missing one is new.
      const back = marksOf(architectureDifferences(without, architecture))
      expect(new Set(back.keys())).toEqual(new Set(marks.keys()))
      expect(back.get(node.id)).toBe('added')
    }))
  })

  it('say what feeds a rewired layer', () => {
    expect(architectureDifferences(digits.architecture, after(digits, { do: 'connect', from: 'sign1', to: 'dense3', port: 'in' })).layers).toContainEqual(
      { node: 'dense3', change: 'rewired', attributes: [], sources: { before: ['sign2'], after: ['sign1'] } },
    )
  })

  it('count repetitions, and which layers repeat together, but not a group that only gathers', () => {
    const group = (ids: string[], repeat: number): Command[] => [{ do: 'group', ids }, { do: 'setGroup', group: 'group', repeat }]
    const once = after(digits, ...group(['dense2', 'norm2', 'sign2'], 1))
    expect(architectureDifferences(digits.architecture, once).layers).toEqual([])
    const thrice = after(digits, ...group(['dense2', 'norm2', 'sign2'], 3))
    expect(architectureDifferences(once, thrice).layers.map(({ node, attributes }) => [node, attributes[0]?.after])).toEqual(['dense2', 'norm2', 'sign2'].map(id => [id, '3 × (dense2, norm2, sign2)']))
  })

  it('tell a layer that became another kind', () => {
    const become: Architecture = { ...digits.architecture, nodes: digits.architecture.nodes.map(node => (node.id === 'sign1' ? { ...node, kind: 'activation', attributes: { function: 'relu' } } : node)) }
    expect(architectureDifferences(digits.architecture, become).layers.find(({ node }) => node === 'sign1')?.attributes[0]).toEqual({ name: 'kind', label: 'Kind', before: 'sign', after: 'activation' })
  })
})
