//===- MXSplitOps.td - block tensors and their bytes -------*- tablegen -*-===//
//
// To the parts of a block tensor and back. Included by MXOps.td, whose classes
// it uses.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_IR_MXSPLITOPS_TD
#define MX_DIALECT_MX_IR_MXSPLITOPS_TD

def MX_SplitOp : MX_Op<"split", [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "take a block tensor apart into its bytes";
  let description = [{
    Results, in this order:

    - codes, `[..., ceil(K / B) * B * bits / 8] x i8`: k in order, code k at bits
      `bits * k` to `bits * k + bits - 1` of the block's bytes, low bits first:
      two 4-bit codes a byte, low nibble first; four 6-bit codes in three bytes;
      a short last block is padded with code 0;
    - scales, `[..., ceil(K / B), S * bytes] x i8`, little-endian; S = 2 for
      (positive, negative) and (step, minimum);
    - the outer scale as f32, where the format has one: rank 0, or all axes but
      the last;
    - K as `index`, where the last axis is dynamic (the codes do not tell it).

    ```mlir
    func.func @f(%q: tensor<4x64x!mx.amxfp4>) -> (tensor<4x32xi8>, tensor<4x2x2xi8>) {
      %c, %s = mx.split %q : tensor<4x64x!mx.amxfp4>
      return %c, %s : tensor<4x32xi8>, tensor<4x2x2xi8>
    }
    ```
  }];
  let arguments = (ins MX_BlockTensor:$source);
  let results = (outs Variadic<AnyTypeOf<[AnyRankedTensor, Index]>>:$parts);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let hasVerifier = 0;
  let hasFolder = 1;
}

def MX_JoinOp : MX_Op<"join"> {
  let summary = "make a block tensor of its bytes";
  let description = [{
    The inverse of `mx.split`; takes existing checkpoints in. Bytes are taken as
    they are: nothing is made canonical. A join of constants is an `mx.constant`.

    - (C1) as many operands as the type has parts.
    - (C2) each operand has the type of its part; extents may be dynamic.

    ```mlir
    func.func @f(%c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4> {
      %q = mx.join %c, %s : (tensor<4x32xi8>, tensor<4x2x2xi8>) -> tensor<4x64x!mx.amxfp4>
      return %q : tensor<4x64x!mx.amxfp4>
    }
    func.func @dynamic(%c: tensor<4x?xi8>, %s: tensor<4x?x2xi8>, %k: index) -> tensor<4x?x!mx.amxfp4> {
      %q = mx.join %c, %s, %k : (tensor<4x?xi8>, tensor<4x?x2xi8>, index) -> tensor<4x?x!mx.amxfp4>
      return %q : tensor<4x?x!mx.amxfp4>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyTypeOf<[AnyRankedTensor, Index]>>:$parts);
  let results = (outs MX_BlockTensor:$result);
  let assemblyFormat = "$parts attr-dict `:` functional-type($parts, $result)";
  let hasFolder = 1;
}

#endif // MX_DIALECT_MX_IR_MXSPLITOPS_TD
