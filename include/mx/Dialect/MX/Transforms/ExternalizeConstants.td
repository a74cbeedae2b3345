//===- ExternalizeConstants.td - a pass on constants -------*- tablegen -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_EXTERNALIZECONSTANTS_TD
#define MX_DIALECT_MX_TRANSFORMS_EXTERNALIZECONSTANTS_TD

include "mlir/Pass/PassBase.td"

def MXExternalizeConstantsPass : Pass<"mx-externalize-constants", "::mlir::ModuleOp"> {
  let summary = "Move large constants into a file beside the code";
  let description = [{
    Writes each constant `memref.global` of more than `threshold` bytes into the
    weight file `file` and leaves a declaration, so that neither LLVM nor a JIT has
    to carry the bytes. `mx-run` and libmx_runtime map the file. Equal constants
    share their bytes in it. For `DIR/NAME.weights` the symbols become `NAME_w0`,
    `NAME_w1`, ..., in the order of the module. The module attribute `mx.weights`
    says which file it is, and by a hash of its content which version of it.

    Beside it `FILE.S` is written, which a C compiler for x86-64 makes an object
    file of, with the same symbols: the constants themselves, or with
    `-DMX_MAP_WEIGHTS` room for the runtime to map the file into.

    A module without large constants gets a file without entries. Constants of
    other elements than i1, index, or integers and floats of 8 to 64 bits stay
    in the code.

    Before:

    ```mlir
    memref.global "private" constant @w : memref<8xi8> = dense<[1, 2, 3, 4, 5, 6, 7, 8]>
    func.func @f() -> memref<8xi8> {
      %w = memref.get_global @w : memref<8xi8>
      return %w : memref<8xi8>
    }
    ```

    After, with `threshold=4 file=mlp.weights`:

    ```mlir
    module attributes {mx.weights = {file = "mlp.weights", id = "8c6d5f0a7e9b1d32", symbol = "mlp_weights"}} {
      memref.global constant @mlp_w0 : memref<8xi8> {alignment = 64 : i64}
      func.func @f() -> memref<8xi8> {
        %w = memref.get_global @mlp_w0 : memref<8xi8>
        return %w : memref<8xi8>
      }
    }
    ```
  }];
  let options = [
    Option<"file", "file", "std::string", /*default=*/"\"\"",
           "Weight file to write">,
    Option<"threshold", "threshold", "uint64_t", /*default=*/"65536",
           "Constants of at most so many bytes stay">
  ];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

#endif // MX_DIALECT_MX_TRANSFORMS_EXTERNALIZECONSTANTS_TD
