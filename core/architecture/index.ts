/** The network as a document: schemas, layer kinds, shapes, costs, problems with fixes, transforms and presets. */
export {
  ArchitectureSchema, EdgeSchema, MAX_EDGES, MAX_NODES, NodeSchema,
  type Architecture, type Attributes, type Edge, type Group, type LayerNode,
} from './document.ts'
export { PreprocessingStepSchema, RecipeSchema, type Optimizer, type PreprocessingStep, type Recipe, type Schedule } from './recipe.ts'
export { DatasetNameSchema, parseAs, ProjectSchema, type Project } from './project.ts'
export { channels, elements, MAX_VALUES, wordsOf, type Flow, type Shape, type Signal } from './signal.ts'
export { portsOf, type Cost, type Edit, type Family, type FieldHelp, type Fix, type Inferred, type LayerKind, type Problem, type ProblemCode } from './kind.ts'
export {
  activation, add, attributesOf, avgPool, batchNorm, concat, conv2d, dense, dropout, flatten, globalAvgPool, head, input, kindOf, layerKinds, maxPool, quantize, sign, windowOfConvolution,
  type ActivationAttributes, type AddAttributes, type AvgPoolAttributes, type BatchNormAttributes, type ConcatAttributes, type Conv2dAttributes,
  type DenseAttributes, type DropoutAttributes, type FlattenAttributes, type GlobalAvgPoolAttributes, type HeadAttributes, type InputAttributes,
  type LayerKinds, type MaxPoolAttributes, type QuantizeAttributes, type SignAttributes,
} from './kinds/index.ts'
export { MAX_WINDOW, windowPlaces, type Window } from './window.ts'
export { controlsOf, controlText, type Control } from './attributes.ts'
export { inferProject, readsPixels } from './steps.ts'
export { hasErrors, inferArchitecture, type InferredNode, type Inference } from './infer.ts'
export { applyFix, removeNode } from './fix.ts'
export {
  floatTwinBytes, optimizerSlots, savedBitsOf, totalsOf, trainingMemory, type Totals, type TrainingMemory,
} from './costs.ts'
export { scaleWidths, withoutKind } from './transform.ts'
export { copyId, endsOf, expandGroups } from './groups.ts'
export { floatTwin, type Twin, type TwinActivation } from './twin.ts'
export { adaptToImages, type Adapted, type ImagesOf } from './adapt.ts'
export { laidOut } from './layout.ts'
export { setField, setFields } from './setField.ts'
export { presetNamed, presetReference, presets, type Reference } from './presets/index.ts'
export { presetSummary, type PresetSummary } from './describe.ts'
export { bytesText, describeSignal, grouped, shapeText } from './wording.ts'
