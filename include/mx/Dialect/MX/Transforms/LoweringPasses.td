//===- LoweringPasses.td - from block tensors to kernels ---*- tablegen -*-===//
//
// Included by Passes.td: what chooses kernels and prepares their operands.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_TRANSFORMS_LOWERINGPASSES_TD
#define MX_DIALECT_MX_TRANSFORMS_LOWERINGPASSES_TD

include "mlir/Pass/PassBase.td"

def MXPrepackWeightsPass : Pass<"mx-prepack-weights", "::mlir::ModuleOp"> {
  let summary = "Lay the weights of matmuls out as kernels read them";
  let description = [{
    The rhs of each `mx.matmul` with a `lowering_config` becomes the `mx.unpack` of
    tiles. A constant is packed here, once however many products it is in. Any
    other rhs gets an `mx.pack` where it is made: an argument at the beginning of
    the function, so once a call.

    With `pack-functions`, a public function that only multiplies by its
    `mx.weight` arguments takes their tiles (and outer scales) instead, and a new
    public function `NAME_pack` makes those of the arguments' old types, in order:
    the caller packs once. Such a function has no callers in the module.

    Before:

    ```mlir
    func.func @f(%x: tensor<2x64xf32>, %w: tensor<16x64x!mx.amxfp4>, %c: tensor<2x16xf32>) -> tensor<2x16xf32> {
      %y = mx.matmul ins(%x, %w : tensor<2x64xf32>, tensor<16x64x!mx.amxfp4>) outs(%c : tensor<2x16xf32>)
        {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 256>}
      return %y : tensor<2x16xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: tensor<2x64xf32>, %w: tensor<16x64x!mx.amxfp4>, %c: tensor<2x16xf32>) -> tensor<2x16xf32> {
      %tiles = mx.pack %w : tensor<16x64x!mx.amxfp4>
      %u = mx.unpack %tiles : tensor<1x1x576xi8> -> tensor<16x64x!mx.amxfp4>
      %y = mx.matmul ins(%x, %u : tensor<2x64xf32>, tensor<16x64x!mx.amxfp4>) outs(%c : tensor<2x16xf32>)
        {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "f32", rows = 6, vectors = 2, k_block = 256>}
      return %y : tensor<2x16xf32>
    }
    ```
  }];
  let options = [
    Option<"packFunctions", "pack-functions", "bool", /*default=*/"false",
           "Public functions take packed weights, NAME_pack makes them">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::tensor::TensorDialect"];
}

def MXSelectLoweringPass : Pass<"mx-select-lowering", "::mlir::ModuleOp"> {
  let summary = "Choose a kernel for each mx.matmul and mx.quantize";
  let description = [{
    Writes `lowering_config` on each `mx.matmul` and `mx.quantize` that has none:
    the kernel of least predicted cycles among those that are exact for its
    formats, with its register tile. A dynamic N or K is priced as 4096. An op of
    more than some 20 microseconds is split among `threads`. An op that no kernel
    fits stays without, for scalar loops; under `strict` it is an error. Each op
    gets a remark of category `mx-lowering`.

    Where the rows M of products (all axes but the last; with weights of their own
    for each batch, those of one batch) are dynamic, and the choice depends on them,
    all ops that depend on that extent are moved into an `scf.index_switch`, once for
    each class of rows, each with its own configs. One extent decides in a run of
    ops without side effects, that of most products; the others are priced as 64
    rows.

    ```mlir
    // After `target=znver4` with
    // lowering_config = #mx.lowering_config<target = "znver4", kernel = "quantize">.
    func.func @f(%x: tensor<4x64xf32>, %e: tensor<4x64x!mx.amxfp4>) -> tensor<4x64x!mx.amxfp4> {
      %q = mx.quantize ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64x!mx.amxfp4>) using amxfp4
      return %q : tensor<4x64x!mx.amxfp4>
    }
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", /*default=*/"\"host\"",
           "Row of the target table, or host: that of this machine">,
    Option<"threads", "threads", "int64_t", /*default=*/"1",
           "Threads that the work of an op is split among">,
    ListOption<"kernels", "kernels", "std::string",
               "Kernels to choose from beside f32 (default: all that code is "
               "generated for)">,
    Option<"strict", "strict", "bool", /*default=*/"false",
           "An op that no kernel fits is an error">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def MXBoundTemporariesPass : Pass<"mx-bound-temporaries"> {
  let summary = "Give temporaries in parallel loops an extent that all iterations share";
  let description = [{
    Run it before bufferization, with no `cse` between. Each op that writes over a
    `linalg.fill` gets one of its own: a shared one would be copied.

    A `tensor.empty` in a `scf.forall` whose extents differ from one iteration to
    the next (the last tile is smaller) becomes a slice of one of the largest
    extents, so that its buffer can be allocated once, before the loop that a thread
    runs. Where no bound is found, it stays.

    Before:

    ```mlir
    func.func @f(%m: index, %o: tensor<?x64xf32>) -> tensor<?x64xf32> {
      %0 = scf.forall (%i) = (0) to (%m) step (16) shared_outs(%s = %o) -> (tensor<?x64xf32>) {
        %n = affine.min affine_map<(i)[m] -> (16, m - i)>(%i)[%m]
        %e = tensor.empty(%n) : tensor<?x64xf32>
        scf.forall.in_parallel {
          tensor.parallel_insert_slice %e into %s[%i, 0] [%n, 64] [1, 1] : tensor<?x64xf32> into tensor<?x64xf32>
        }
      }
      return %0 : tensor<?x64xf32>
    }
    ```

    After, `%e` is

    ```mlir
    func.func @e(%n: index) -> tensor<?x64xf32> {
      %0 = tensor.empty() : tensor<16x64xf32>
      %e = tensor.extract_slice %0[0, 0] [%n, 64] [1, 1] : tensor<16x64xf32> to tensor<?x64xf32>
      return %e : tensor<?x64xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

def MXExpandMathPass : Pass<"mx-expand-math"> {
  let summary = "Compute exp, tanh and erf of f32 by arithmetic";
  let description = [{
    Replaces calls of the C library by the polynomials of upstream
    (`populateMathPolynomialApproximationPatterns`), so that loops over them become
    vector code: 4 units in the last place at most, below 1 for `exp` but 5 just
    below where it overflows; what is below the normal numbers may be 0. All
    pipelines run it: a function has the same bits in each.

    ```mlir
    // After it: arith and math.fma only.
    func.func @f(%x: f32) -> f32 {
      %y = math.exp %x : f32
      return %y : f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // MX_DIALECT_MX_TRANSFORMS_LOWERINGPASSES_TD
