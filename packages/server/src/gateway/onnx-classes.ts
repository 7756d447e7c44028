import type { AttributeProto, ModelProto, TensorProto } from '../learner/onnx-proto.ts';

/** Codes of TensorProto.DataType that class names have. */
const INT64 = 7;
const STRING = 8;

/**
 * The classes of a classifier in the order of its probabilities, as the graph of a model tells them: in Leeway's metadata, in the
 * attribute of an operator that classifies, or in the constant that the label is taken from (the form of models that skl2onnx
 * puts together from smaller operators). Null where it tells nothing.
 */
export function classesOf(model: ModelProto): string[] | null {
  const told = model.metadataProps.find(({ key }) => key === 'leeway.classes')?.value;
  if (told) return JSON.parse(told) as string[];
  for (const node of model.graph.node) {
    for (const attribute of node.attribute) {
      const names = attributeClasses(attribute);
      if (names) return names;
    }
  }
  for (const node of model.graph.node) {
    if (node.opType !== 'ArrayFeatureExtractor' && node.opType !== 'Gather') continue;
    const constant = model.graph.initializer.find(({ name }) => name === node.input[0]);
    const names = constant && tensorClasses(constant);
    if (names) return names;
  }
  return null;
}

function attributeClasses({ name, strings, ints }: AttributeProto): string[] | null {
  if (name === 'classlabels_strings' && strings?.length) return strings.map(decodeText);
  // LinearClassifier calls them by one name, the tree ensembles by the other.
  if ((name === 'classlabels_ints' || name === 'classlabels_int64s') && ints?.length) return ints.map(String);
  return null;
}

function tensorClasses({ dataType, stringData, int64Data, rawData }: TensorProto): string[] | null {
  if (dataType === STRING && stringData?.length) return stringData.map(decodeText);
  if (dataType !== INT64) return null;
  if (int64Data?.length) return int64Data.map(String);
  if (!rawData?.length) return null;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.byteLength / 8 }, (_, i) => String(view.getBigInt64(i * 8, true)));
}

const decodeText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
