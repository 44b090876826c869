import { readFileSync } from 'node:fs'
import { ShaderLibrary } from '../../core/gpu/shaders.ts'

/** The shaders of this installation. */
export function openShaders(): ShaderLibrary {
  return new ShaderLibrary(name => readFileSync(new URL(`../../shaders/${name}.wgsl`, import.meta.url), 'utf8'))
}
