import { z } from 'zod'
import { BitwrightError } from '../errors.ts'
import { ArchitectureSchema } from './document.ts'
import { RecipeSchema } from './recipe.ts'

export const DatasetNameSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected up to 64 lower-case letters, digits, ".", "_" or "-", not starting with a mark')

/** What a person opens, trains and shares: a network, how to train it, and on what. */
export const ProjectSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(120),
  description: z.string().max(4000).default(''),
  dataset: DatasetNameSchema,
  architecture: ArchitectureSchema,
  recipe: RecipeSchema,
})
export type Project = z.infer<typeof ProjectSchema>

/** Parses anything against a schema, or says field by field what is wrong. `where` names the file or message. */
export function parseAs<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, 5).map(issue => `${issue.path.map(String).join('.') || '(top level)'}: ${issue.message}`)
  const more = result.error.issues.length - issues.length
  throw new BitwrightError({ what: `${issues.join('; ')}${more > 0 ? `; and ${more} more` : ''}`, where, remedy: 'correct the named fields' })
}
