import { describe, expect, it } from 'vitest'
import { applyCommand, type Command } from '../../../core/architecture/edit/index.ts'
import { inferArchitecture, presetNamed, presets, type Architecture, type Project } from '../../../core/architecture/index.ts'
import { drawingOf, groupNodeId, NODE, type Drawing } from '../../../renderer/features/design/drawing.ts'
import { svgOf } from '../../../renderer/features/design/exportPicture.ts'

const drawn = (architecture: Architecture): Drawing => drawingOf(architecture, inferArchitecture(architecture))
function after(project: Project, ...commands: Command[]): Project {
  return commands.reduce((at, command) => applyCommand(at, command)?.project ?? at, project)
}

describe('the drawing', () => {
  it.each(presets.map(preset => [preset.name, preset] as const))('of %s has every layer and edge once, and its work adds up', (_, { architecture }) => {
    const { layers, edges } = drawn(architecture)
    expect(layers.map(layer => layer.id)).toEqual(architecture.nodes.map(node => node.id))
    expect(edges).toHaveLength(architecture.edges.length)
    expect(layers.reduce((sum, layer) => sum + layer.work, 0)).toBeCloseTo(1, 9)
    expect(edges.every(edge => edge.flow !== 'unknown' && edge.shape !== '' && !edge.wrong)).toBe(true)
  })

  it('lays no two layers of any preset on top of each other', () => {
    for (const { architecture } of presets) {
      const { layers } = drawn(architecture)
      for (const [at, a] of layers.entries()) for (const b of layers.slice(at + 1)) expect(Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height, `${a.id} and ${b.id}`).toBe(true)
    }
  })

  it('of a collapsed group has one layer in its place, with the edges of its ends', () => {
    const project = after(presetNamed('digits'), { do: 'group', ids: ['dense2', 'norm2', 'sign2'] }, { do: 'setGroup', group: 'group', repeat: 3, collapsed: true })
    const { layers, edges } = drawn(project.architecture)
    const group = layers.find(layer => layer.id === groupNodeId('group'))
    expect(group).toMatchObject({ type: 'group', shape: '512', ports: ['in'], hasOutput: true, repeat: 3, weights: '786,432 bits' })
    expect(layers).toHaveLength(project.architecture.nodes.length - 2)
    expect(edges.filter(edge => edge.source === group?.id || edge.target === group?.id).map(edge => [edge.source, edge.target])).toEqual([['sign1', group?.id], [group?.id, 'dense3']])
  })

  it('leaves out an edge whose port is gone, and marks one whose shape does not fit', () => {
    const project = after(presetNamed('digits'), { do: 'connect', from: 'input', to: 'dense1', port: 'in' })
    expect(drawn(project.architecture).edges.find(edge => edge.target === 'dense1')?.wrong).toBe(true)
    const torn = { ...project.architecture, edges: project.architecture.edges.map(edge => (edge.to.node === 'norm1' ? { ...edge, to: { node: 'norm1', port: 'nowhere' } } : edge)) }
    expect(drawn(torn).edges.map(edge => edge.target)).not.toContain('norm1')
  })

  it('is drawn from an edit of GoogLeNet in a few milliseconds', () => {
    const { architecture } = presetNamed('googlenet')
    expect(architecture.nodes.length).toBeGreaterThan(100)
    const times = Array.from({ length: 15 }, (_, at) => {
      const start = performance.now()
      inferArchitecture({ ...architecture, nodes: architecture.nodes.map(node => (node.id === 'conv1' ? { ...node, position: { x: at, y: 0 } } : node)) })
      return performance.now() - start
    }).sort((a, b) => a - b)
    console.log(`inference of an edit, ${architecture.nodes.length} layers: median ${(times[7] ?? 0).toFixed(2)} ms`)
    // 5 ms on a machine of its own; this one is shared.
    expect(times[0]).toBeLessThan(5)
  })

  it('as SVG names every layer, and nothing in it can be taken for markup', () => {
    const project = { ...presetNamed('digits'), name: '<script>"&' }
    const { text, width, height } = svgOf(drawn(project.architecture), name => `[${name}]`, project.name)
    expect(text.match(/<path /g)).toHaveLength(project.architecture.edges.length)
    for (const title of ['Input 28×28×1', 'Dense · 512', 'Head · squared hinge']) expect(text).toContain(title)
    expect(text).toContain('<title>&lt;script&gt;&quot;&amp;</title>')
    expect(width).toBeGreaterThan(NODE.width)
    expect(height).toBeGreaterThan(NODE.height)
  })
})
