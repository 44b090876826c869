import type { z } from 'zod'
import type { Architecture } from '../document.ts'
import { inferArchitecture } from '../infer.ts'
import { totalsOf } from '../costs.ts'
import { parseAs, ProjectSchema, type Project } from '../project.ts'
import type { RecipeSchema } from '../recipe.ts'
import { bytesText, grouped } from '../wording.ts'

/** What a source reports for the experiment a preset repeats. */
export interface Reference {
  readonly source: string
  /** Percent of the test images. */
  readonly testError: number
}

export interface Preset {
  readonly project: Project
  readonly reference?: Reference
}

interface Definition {
  readonly name: string
  /** What it is, and where it comes from. */
  readonly about: string
  readonly reference?: Reference
  /** Where it departs from its source, and why. */
  readonly differs?: readonly string[]
  /** What the sources leave open or contradict each other in, and what was chosen. */
  readonly open?: readonly string[]
  readonly dataset: string
  readonly architecture: Architecture
  readonly recipe: Omit<z.input<typeof RecipeSchema>, 'version'>
}

/** A read-only project whose description states its source, its size, and what is open. */
export function definePreset(definition: Definition): Preset {
  const { name, about, reference, differs = [], open = [], dataset, architecture, recipe } = definition
  const description = [
    about,
    reference && `reported: ${reference.testError} % test error (${reference.source})`,
    `size: ${sizeText(architecture)}`,
    ...differs.map(line => `differs: ${line}`),
    ...open.map(line => `open: ${line}`),
  ].filter(line => line !== undefined).join('\n')
  const project = parseAs(ProjectSchema, { version: 1, name, description, dataset, architecture, recipe: { version: 1, ...recipe } }, `preset ${name}`)
  return { project: frozen(project), ...(reference && { reference }) }
}

function sizeText(architecture: Architecture): string {
  const { binaryParameters, realParameters, packedBytes } = totalsOf(inferArchitecture(architecture))
  return `${grouped(binaryParameters)} binary weights and ${grouped(realParameters)} real parameters; packed ${grouped(packedBytes)} bytes (${bytesText(packedBytes)})`
}

function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part as object)
  return Object.freeze(value)
}
