/**
 * How well a name answers to what was typed: 0 not at all, more is better. Every word typed must begin a word of the name, or be inside it, or its
 * letters must stand in the name in this order.
 */
export function matches(name: string, typed: string): number {
  const text = name.toLowerCase()
  let score = 1
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word)
    if (at === 0) score += 8
    else if (at > 0 && /\W/.test(text[at - 1] ?? '')) score += 6
    else if (at > 0) score += 3
    else if (inOrder(text, word)) score += 1
    else return 0
  }
  return score
}

function inOrder(text: string, letters: string): boolean {
  let at = -1
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1)
    if (at < 0) return false
  }
  return true
}

/** Those that answer, the best first; all, in their order, while nothing is typed. */
export function found<T>(all: readonly T[], typed: string, nameOf: (one: T) => string): T[] {
  if (typed.trim() === '') return [...all]
  return all.map((one, at) => ({ one, at, score: matches(nameOf(one), typed) })).filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at).map(({ one }) => one)
}
