import type { AppCommand } from './registry.ts'

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform)

/** A key press as commands write it: "Ctrl+Shift+Z", "/", "ArrowLeft". Ctrl is the Command key on a Mac. */
export function keyOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  // Shift is part of what a sign is: "?" is Shift and another key on most keyboards.
  const shift = event.shiftKey && (event.key.length > 1 || /[A-Z0-9]/.test(key))
  return [(APPLE ? event.metaKey : event.ctrlKey) && 'Ctrl', event.altKey && 'Alt', shift && 'Shift', key === ' ' ? 'Space' : key].filter(Boolean).join('+')
}

export function keysText(keys: string): string {
  return keys.replace('Ctrl', APPLE ? '⌘' : 'Ctrl').replace(/Arrow(\w+)/, (_, side: string) => ({ Left: '←', Right: '→', Up: '↑', Down: '↓' })[side] ?? side).replaceAll('+', APPLE ? '' : ' ')
}

/** Whether the press is meant for what has the focus, a field, menu or dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [role=menu], [role=listbox], [role=dialog], [role=alertdialog]') !== null
}

/** The command that a key press asks for. */
export function commandFor(event: KeyboardEvent, commands: readonly AppCommand[]): AppCommand | undefined {
  const key = keyOf(event)
  const typing = isTyping(event)
  const inside = (selector: string): boolean => event.target === document.body || (event.target instanceof Element && event.target.closest(selector) !== null)
  return commands.find(command => command.keys?.includes(key) && (command.always || !typing) && (command.within === undefined || inside(command.within)) && command.enabled?.() !== false)
}
