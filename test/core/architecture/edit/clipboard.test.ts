import { describe, expect, it } from 'vitest'
import { applyCommand, fragmentOf, readFragment, writeFragment } from '../../../../core/architecture/edit/index.ts'
import { presetNamed, type Project } from '../../../../core/architecture/index.ts'

const grouped = (): Project => applyCommand(presetNamed('digits'), { do: 'group', ids: ['dense2', 'norm2', 'sign2'], name: 'block' })?.project ?? presetNamed('digits')

describe('layers on the clipboard', () => {
  it('bring the groups that are whole among them, under names of their own', () => {
    const project = grouped()
    const fragment = readFragment(writeFragment(fragmentOf(project.architecture, ['dense2', 'norm2', 'sign2'])))
    expect(fragment?.groups).toEqual(project.architecture.groups)
    const pasted = applyCommand(project, { do: 'paste', fragment: fragment ?? { nodes: [], edges: [], groups: [] }, at: { x: 0, y: 0 } })?.project.architecture.groups
    expect(pasted?.map(({ nodes }) => nodes)).toEqual([['dense2', 'norm2', 'sign2'], ['dense4', 'norm4', 'sign3']])
    expect(new Set(pasted?.map(({ id }) => id)).size).toBe(2)
    expect(fragmentOf(project.architecture, ['dense2', 'norm2']).groups).toEqual([])
  })

  it('from elsewhere: a group may name what is not there, or the same layer twice', () => {
    const { nodes } = fragmentOf(presetNamed('digits').architecture, ['sign1'])
    const group = (id: string, members: string[]): unknown => ({ id, name: id, nodes: members, repeat: 2, collapsed: false })
    const fragment = readFragment(JSON.stringify({ bitwright: 'layers', version: 1, nodes, edges: [], groups: [group('a', ['sign1', 'ghost']), group('b', ['sign1'])] }))
    const groups = applyCommand(presetNamed('digits'), { do: 'paste', fragment: fragment ?? { nodes: [], edges: [], groups: [] }, at: { x: 0, y: 0 } })?.project.architecture.groups
    expect(groups).toMatchObject([{ id: 'a', nodes: ['sign3'] }])
  })

  it('written before there were groups are read', () => {
    const { nodes, edges } = fragmentOf(presetNamed('digits').architecture, ['sign1', 'dense2'])
    expect(readFragment(JSON.stringify({ bitwright: 'layers', version: 1, nodes, edges }))).toEqual({ nodes, edges, groups: [] })
  })
})
