//===- Passes.td - conversions to and from the mx dialect --*- tablegen -*-===//

#ifndef MX_CONVERSION_PASSES_TD
#define MX_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"
include "mx/Conversion/FloatPasses.td"

def ConvertLinalgToMXPass : Pass<"convert-linalg-to-mx", "::mlir::ModuleOp"> {
  let summary = "Quantize linalg contractions with a weight operand";
  let description = [{
    Rewrites contractions on tensors of f32, f16 or bf16: each op with
    `ContractionOpInterface`, and each `linalg.generic` that sums products of two
    operands, each converted once from one float type to another at most. Both operands are brought to the K-last form of `mx.matmul` as
    floats, where they are not in it: transposed, axes of a sum over several
    collapsed in one, an axis of extent 1 added to a vector. Each is quantized
    (`activations=none`: the weight alone) and multiplied by `mx.matmul` into the
    same accumulator; the result gets its own axes back. Transposes before an
    operand are undone rather than followed by another, as is a broadcast of a
    weight along batches, also where a reshape has collapsed axes since. 2-D
    convolutions become contractions by im2col.

    The weight may be either operand: a constant, also behind a chain of
    transposes, copies, reshapes, casts and generics that only move, extend,
    truncate or broadcast, or a function argument marked `mx.weight`. Where neither is one
    the right-hand operand is the weight (in the product of a matrix and a
    vector, the matrix), unless each batch has its own of both: this is attention
    and is left alone, unless `quantize-attention` is set.

    Everything else is left alone. Each contraction, and each op that resembles
    one or carries `mx.quantize`, gets one remark of category `mx-quantize`:
    *passed* when it is quantized, *missed* with the reason when it is not. `strict` turns a missed one into an error.

    Before:

    ```mlir
    func.func @f(%x: tensor<?x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<?x64xf32>) -> tensor<?x64xf32> {
      %y = linalg.matmul ins(%x, %w : tensor<?x128xf32>, tensor<128x64xf32>) outs(%c : tensor<?x64xf32>) -> tensor<?x64xf32>
      return %y : tensor<?x64xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: tensor<?x128xf32>, %w: tensor<128x64xf32> {mx.weight}, %c: tensor<?x64xf32>) -> tensor<?x64xf32> {
      %c0 = arith.constant 0 : index
      %0 = tensor.empty() : tensor<64x128xf32>
      %wt = linalg.transpose ins(%w : tensor<128x64xf32>) outs(%0 : tensor<64x128xf32>) permutation = [1, 0]
      %m = tensor.dim %x, %c0 : tensor<?x128xf32>
      %1 = tensor.empty(%m) : tensor<?x128x!mx.amxfp4>
      %a = mx.quantize ins(%x : tensor<?x128xf32>) outs(%1 : tensor<?x128x!mx.amxfp4>) using amxfp4
      %2 = tensor.empty() : tensor<64x128x!mx.amxfp4>
      %b = mx.quantize ins(%wt : tensor<64x128xf32>) outs(%2 : tensor<64x128x!mx.amxfp4>) using amxfp4
      %y = mx.matmul ins(%a, %b : tensor<?x128x!mx.amxfp4>, tensor<64x128x!mx.amxfp4>) outs(%c : tensor<?x64xf32>)
      return %y : tensor<?x64xf32>
    }
    ```
  }];
  let options = [
    Option<"weights", "weights", "std::string", /*default=*/"\"amxfp4\"",
           "Preset of the weights, NAME or NAME:SIZE">,
    Option<"activations", "activations", "std::string", /*default=*/"\"amxfp4\"",
           "Preset of the activations, or none (weight-only)">,
    Option<"weightsScaleRule", "weights-scale-rule", "std::string",
           /*default=*/"\"preset\"", "preset, or mse: search the scale codes">,
    Option<"activationsScaleRule", "activations-scale-rule", "std::string",
           /*default=*/"\"preset\"", "preset, or mse: search the scale codes">,
    Option<"minK", "min-k", "int64_t", /*default=*/"128",
           "Leave contractions of smaller K alone">,
    Option<"minN", "min-n", "int64_t", /*default=*/"64",
           "Leave contractions of smaller N alone">,
    Option<"quantizeAttention", "quantize-attention", "bool",
           /*default=*/"false",
           "Quantize batched products of two activations too">,
    Option<"strict", "strict", "bool", /*default=*/"false",
           "An untouched contraction is an error">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::mx::MXDialect"];
}

def ConvertMXToPartsPass : Pass<"convert-mx-to-parts", "::mlir::ModuleOp"> {
  let summary = "Split block tensors into codes, scales and outer scale";
  let description = [{
    Each value of block type becomes its parts (see `mx.split`), also across
    function signatures and structured control flow; argument and result
    attributes are repeated for each tensor part. Slices are taken to keep blocks
    whole, which `mx-verify-stage{stage=block}` checks. Block ops become ops on parts;
    `mx.outer_scale` becomes linalg. An op on block tensors that is not known
    here is an error.

    Before:

    ```mlir
    func.func @f(%a: tensor<4x64x!mx.amxfp4>) -> tensor<4x64xf32> {
      %x = mx.dequantize %a : tensor<4x64x!mx.amxfp4> to tensor<4x64xf32>
      return %x : tensor<4x64xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%c: tensor<4x32xi8>, %s: tensor<4x2x2xi8>) -> tensor<4x64xf32> {
      %e = tensor.empty() : tensor<4x64xf32>
      %x = mx.dequantize_parts !mx.amxfp4 ins(%c, %s : tensor<4x32xi8>, tensor<4x2x2xi8>)
             outs(%e : tensor<4x64xf32>) -> tensor<4x64xf32>
      return %x : tensor<4x64xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::mx::MXDialect"];
}

def ConvertMXPartsToLoopsPass : Pass<"convert-mx-parts-to-loops", "::mlir::ModuleOp"> {
  let summary = "Expand ops on parts into scalar loops, exactly";
  let description = [{
    The slow, exact lowering behind `mx-reference`: scalar loops on memrefs, codes
    and scales decoded by tables that the numerics library fills, block sums in
    wide integers and their terms added without error before the one rounding.
    Blocks go left to right: the result is that of `in_order`, bit for bit.

    ```mlir
    func.func @f(%c: memref<4x32xi8>, %s: memref<4x2x2xi8>, %x: memref<4x64xf32>) {
      mx.dequantize_parts !mx.amxfp4 ins(%c, %s : memref<4x32xi8>, memref<4x2x2xi8>)
        outs(%x : memref<4x64xf32>)
      return
    }
    ```

    becomes an `scf.for` nest over rows and elements.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertMXPartsToKernelsPass : Pass<"convert-mx-parts-to-kernels", "::mlir::ModuleOp"> {
  let summary = "Expand ops on parts that have a lowering config by vectors";
  let description = [{
    A product becomes the loops of the kernel that its config names, around
    `mx.microkernel` or `mx.scaled_microkernel` where weights are decoded a panel
    at a time; a quantize becomes vector code, with the bytes of the scalar
    lowering. Ops without a config are left. Operands whose rows are not
    contiguous and weights that are not packed are errors. Equal ops call one
    private function.

    ```mlir
    func.func @f(%x: memref<4x64xf32>, %c: memref<4x32xi8>, %s: memref<4x2x2xi8>) {
      mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : memref<4x64xf32>)
        outs(%c, %s : memref<4x32xi8>, memref<4x2x2xi8>)
        {lowering_config = #mx.lowering_config<target = "znver4", kernel = "quantize">}
      return
    }
    ```

    becomes a call of `@mx_quantize_amxfp4`, an `scf.for` nest over rows and blocks.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertMXKernelsToVectorPass : Pass<"convert-mx-kernels-to-vector"> {
  let summary = "Expand mx.microkernel into one loop over K";
  let description = [{
    The loop carries the accumulators of the whole tile as vectors; a step loads
    one row of `b`, broadcasts an element of each row of `a` and multiplies.
    The operands of `mx.microkernel` must not overlap. `mx.scaled_microkernel`
    becomes a loop over blocks, a loop over the pairs of one in it, and the
    scaling of its sums.

    ```mlir
    func.func @f(%a: memref<1x64xf32>, %b: memref<64x8xf32>, %c: memref<1x8xf32>, %k: index) {
      mx.microkernel "x86-64-v3" ins(%a, %b : memref<1x64xf32>, memref<64x8xf32>)
        k(%k) outs(%c : memref<1x8xf32>)
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertTosaToMXPass : Pass<"convert-tosa-to-mx", "::mlir::ModuleOp"> {
  let summary = "Rewrite TOSA's block-scaled ops as mx ops";
  let description = [{
    `tosa.cast_to_block_scaled`, `tosa.cast_from_block_scaled` and
    `tosa.matmul_t_block_scaled` become `mx.quantize`, `mx.dequantize` and
    `mx.matmul`. Scales follow the TOSA specification's rule, `pot_fit`.

    Codes and scales become bytes, as `mx.split` has them: codes `[..., K] x
    f4E2M1FN` become `[..., K / 2] x i8` with the even k in the low nibble, 6-bit
    codes `[..., 3 * K / 4] x i8`, 8-bit codes and `!tosa.mxint8` `[..., K] x i8`,
    scales `[..., K / 32] x f8E8M0FNU` become `[..., K / 32, 1] x i8`; so do
    constants of them and arguments and results of functions, public ones too.
    A narrow tensor that another op holds (but for `tosa.identity`,
    `tensor.cast`, `arith.select`, `func` and `scf`) stays, and with it every
    block-scaled op that it flows to or comes from; other ops of TOSA are
    upstream's to lower.

    Each block-scaled op gets a remark of category `mx-quantize`, and so do the
    casts of the `quant` dialect, which are left alone. `strict` makes an error
    of each op that is left alone.

    Before:

    ```mlir
    func.func @f(%x: tensor<4x64xf32>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>) {
      %c, %s = tosa.cast_to_block_scaled %x {block_size = BLOCK_SIZE_32}
        : (tensor<4x64xf32>) -> (tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>)
      return %c, %s : tensor<4x64xf4E2M1FN>, tensor<4x2xf8E8M0FNU>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: tensor<4x64xf32>) -> (tensor<4x32xi8>, tensor<4x2x1xi8>) {
      %0 = tensor.empty() : tensor<4x64x!mx.mxfp4>
      %q = mx.quantize ins(%x : tensor<4x64xf32>) outs(%0 : tensor<4x64x!mx.mxfp4>)
        using #mx.quantizer<rounding = nearest_even, scale_rule = pot_fit>
      %c, %s = mx.split %q : tensor<4x64x!mx.mxfp4>
      return %c, %s : tensor<4x32xi8>, tensor<4x2x1xi8>
    }
    ```
  }];
  let options = [
    Option<"strict", "strict", "bool", /*default=*/"false",
           "An op that is left alone is an error">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::mx::MXDialect"];
}

def MXLowerTosaPass : Pass<"mx-lower-tosa", "::mlir::ModuleOp"> {
  let summary = "Lower TOSA to linalg, where there is any, by upstream's patterns";
  let description = [{
    Runs `tosa-optional-decompositions` and `tosa-infer-shapes` on each function
    that holds an op of TOSA, wherever it is, then the patterns of `tosa-to-scf`,
    `tosa-to-linalg-named`, `tosa-to-linalg`, `tosa-to-arith` and
    `tosa-to-tensor`, and `cse` at the end; nothing on a module without TOSA.
    `mx.skip` and `mx.quantize` go on to the linalg op that sums.

    An op that no pattern takes, or that has a tensor without rank, stays as it
    is and gets a remark of category `mx-quantize`, and so does an `mx.quantize`
    on an op of which no sum comes. `strict` makes errors of them.

    Before:

    ```mlir
    func.func @f(%x: tensor<4x8xf32>) -> tensor<8x4xf32> {
      %y = tosa.transpose %x {perms = array<i32: 1, 0>} : (tensor<4x8xf32>) -> tensor<8x4xf32>
      return %y : tensor<8x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: tensor<4x8xf32>) -> tensor<8x4xf32> {
      %0 = tensor.empty() : tensor<8x4xf32>
      %y = linalg.transpose ins(%x : tensor<4x8xf32>) outs(%0 : tensor<8x4xf32>) permutation = [1, 0]
      return %y : tensor<8x4xf32>
    }
    ```
  }];
  let options = [
    Option<"strict", "strict", "bool", /*default=*/"false",
           "An op that is left alone is an error">
  ];
}

#endif // MX_CONVERSION_PASSES_TD
