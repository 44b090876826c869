/** How the command line writes figures: as the workbench does. */
export * from '../../../core/architecture/figures.ts'
export { bytesText, counted, grouped, shapeText } from '../../../core/architecture/wording.ts'
