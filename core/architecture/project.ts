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
  const issues = result.error.issues.map(closest).slice(0, 5).map(issue => `${issue.path.map(String).join('.') || '(top level)'}: ${issue.message}`)
  const more = result.error.issues.length - issues.length
  throw new BitwrightError({ what: `${issues.join('; ')}${more > 0 ? `; and ${more} more` : ''}`, where, remedy: 'correct the named fields' })
}

/** Of several forms that a value may have, what is wrong with the one that it comes closest to: the one whose trouble lies deepest. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const deepest = issue.errors.map(issues => issues[0]).reduce((best, next) => ((next?.path.length ?? 0) > (best?.path.length ?? 0) ? next : best), undefined)
  return deepest === undefined ? issue : { ...closest(deepest), path: [...issue.path, ...deepest.path] }
}
