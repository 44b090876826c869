/// <reference types="vite/types/importMeta.d.ts" />
import { ProjectSchema } from '../../../core/architecture/project.ts'
import { ShaderLibrary } from '../../../core/gpu/shaders.ts'
import { trainSteps } from './trainSteps.ts'

/** The browser's way to the GPU: the tests' types know no DOM. */
declare const navigator: { readonly gpu: GPU }

const files: Record<string, string> = import.meta.glob('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true })

/** Called from the test with a project as JSON. */
export function train(project: unknown, steps: number): ReturnType<typeof trainSteps> {
  const shaders = new ShaderLibrary(name => {
    const text = files[`../../../shaders/${name}.wgsl`]
    if (text === undefined) throw new Error(`no shader ${name}`)
    return text
  })
  const host = { now: () => performance.now(), sleep: (milliseconds: number) => new Promise<void>(resolve => setTimeout(resolve, milliseconds)) }
  return trainSteps(navigator.gpu, shaders, host, ProjectSchema.parse(project), steps)
}

Object.assign(globalThis, { train })
