//===- AbiTest.cpp - signatures and calls of lowered modules --------------===//
//
// The modules are in the LLVM dialect, so nothing but the contract is tested.
//
//===----------------------------------------------------------------------===//

#include "mx/Runner/Abi.h"

#include "Support.h"
#include "mx/Runner/Jit.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/MLIRContext.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {
struct AbiTest : ::testing::Test {
  AbiTest() {
    DialectRegistry registry;
    registerRunnerDialects(registry);
    context.appendDialectRegistry(registry);
  }
  OwningOpRef<ModuleOp> parse(StringRef text) {
    sources.push_back(Source::fromText(text, "f.mlir"));
    return get(sources.back().parse(context));
  }
  std::string signatureError(StringRef text, StringRef entry = "f") {
    return messageOf(readSignature(*parse(text), entry));
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  std::vector<Source> sources;
};
} // namespace

static const char scalars[] = R"(
llvm.func @f(%a: f32, %b: f32) -> f32 attributes {mx.signature = (f32, f32) -> f32} {
  %0 = llvm.fadd %a, %b : f32
  llvm.return %0 : f32
}
llvm.func @_mlir_ciface_f(%a: f32, %b: f32) -> f32 {
  %0 = llvm.call @f(%a, %b) : (f32, f32) -> f32
  llvm.return %0 : f32
}
)";

TEST_F(AbiTest, ScalarsGoByValue) {
  Executable f = get(Executable::create(*parse(scalars), "f"));
  Array a = makeArrayOf<float>(DType::F32, {}, {1.5f});
  Array b = makeArrayOf<float>(DType::F32, {}, {2.0f});
  SmallVector<Array> results = get(f.call({a, b}));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(toFloats(results[0]), std::vector<float>{3.5f});
}

// Returns a fresh 2x3 buffer with strides (1, 2), that is column-major, filled
// with 0 .. 5, and then the i8 of the argument's second element: a result that
// needs the strides, and a struct with padding.
static const char tensors[] = R"(
llvm.func @malloc(i64) -> !llvm.ptr
llvm.func @f() attributes {mx.signature = (tensor<?xi8>) -> (i8, tensor<2x3xi32>)} {
  llvm.return
}
llvm.func @_mlir_ciface_f(%r: !llvm.ptr, %a: !llvm.ptr) {
  %c0 = llvm.mlir.constant(0 : i64) : i64
  %c1 = llvm.mlir.constant(1 : i64) : i64
  %c2 = llvm.mlir.constant(2 : i64) : i64
  %c3 = llvm.mlir.constant(3 : i64) : i64
  %size = llvm.mlir.constant(24 : i64) : i64
  %m = llvm.call @malloc(%size) : (i64) -> !llvm.ptr
  %v = llvm.mlir.constant(dense<[0, 1, 2, 3, 4, 5]> : vector<6xi32>) : vector<6xi32>
  llvm.store %v, %m {alignment = 4 : i64} : vector<6xi32>, !llvm.ptr
  %p = llvm.getelementptr %a[8] : (!llvm.ptr) -> !llvm.ptr, i8
  %d = llvm.load %p : !llvm.ptr -> !llvm.ptr
  %q = llvm.getelementptr %d[1] : (!llvm.ptr) -> !llvm.ptr, i8
  %x = llvm.load %q : !llvm.ptr -> i8
  llvm.store %x, %r : i8, !llvm.ptr
  %0 = llvm.getelementptr %r[1] : (!llvm.ptr) -> !llvm.ptr, i64
  %1 = llvm.getelementptr %r[2] : (!llvm.ptr) -> !llvm.ptr, i64
  %2 = llvm.getelementptr %r[3] : (!llvm.ptr) -> !llvm.ptr, i64
  %3 = llvm.getelementptr %r[4] : (!llvm.ptr) -> !llvm.ptr, i64
  %4 = llvm.getelementptr %r[5] : (!llvm.ptr) -> !llvm.ptr, i64
  %5 = llvm.getelementptr %r[6] : (!llvm.ptr) -> !llvm.ptr, i64
  %6 = llvm.getelementptr %r[7] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %m, %0 : !llvm.ptr, !llvm.ptr
  llvm.store %m, %1 : !llvm.ptr, !llvm.ptr
  llvm.store %c0, %2 : i64, !llvm.ptr
  llvm.store %c2, %3 : i64, !llvm.ptr
  llvm.store %c3, %4 : i64, !llvm.ptr
  llvm.store %c1, %5 : i64, !llvm.ptr
  llvm.store %c2, %6 : i64, !llvm.ptr
  llvm.return
}
)";

TEST_F(AbiTest, ResultsComeInAStruct) {
  Executable f = get(Executable::create(*parse(tensors), "f"));
  Array bytes = makeArrayOf<int8_t>(DType::I8, {3}, {7, -8, 9});
  for (int i = 0; i < 2; ++i) { // the second call has its own buffers
    SmallVector<Array> results = get(f.call({bytes}));
    ASSERT_EQ(results.size(), 2u);
    EXPECT_EQ(toDoubles(results[0]), std::vector<double>{-8});
    EXPECT_EQ(toString(results[1]), "2x3xi32");
    EXPECT_EQ(toDoubles(results[1]), std::vector<double>({0, 2, 4, 1, 3, 5}));
  }
}

TEST_F(AbiTest, EntriesAreListed) {
  const std::string entries = "; entries: @f";
  EXPECT_EQ(signatureError(scalars, "g"),
            "f.mlir: error: no function '@g'" + entries);
  EXPECT_EQ(signatureError("llvm.func @f() { llvm.return }"),
            "f.mlir:1:1: error: '@f' cannot be called: it has no "
            "'mx.signature'; the file has no entries");
  EXPECT_EQ(signatureError("llvm.func @f()"),
            "f.mlir:1:1: error: '@f' cannot be called: it has no body; the "
            "file has no entries");
  EXPECT_EQ(signatureError("llvm.func internal @f() attributes {mx.signature "
                           "= () -> ()} { llvm.return }"),
            "f.mlir:1:1: error: '@f' cannot be called: it is private; the "
            "file has no entries");
}

/// A file that claims another signature than its code has is not called.
TEST_F(AbiTest, SignatureMustFitTheInterface) {
  const char *parameters[] = {"", "%a: i64", "%a: !llvm.ptr, %b: f32"};
  for (const char *given : parameters) {
    std::string text = std::string("llvm.func @f() attributes {mx.signature = "
                                   "(tensor<2xf32>) -> ()} { llvm.return }\n"
                                   "llvm.func @_mlir_ciface_f(") +
                       given + ") { llvm.return }";
    EXPECT_NE(signatureError(text).find("does not fit"), std::string::npos);
  }
}

TEST_F(AbiTest, OtherTypesAreRefused) {
  for (const char *type : {"tensor<*xf32>", "tensor<2xi4>", "memref<2xf32>",
                           "vector<2xf32>", "i7", "tensor<2xcomplex<f32>>"}) {
    std::string text = std::string("llvm.func @f() attributes {mx.signature = "
                                   "(f32, ") +
                       type + ") -> ()} { llvm.return }\n" +
                       "llvm.func @_mlir_ciface_f() { llvm.return }";
    EXPECT_NE(signatureError(text).find(
                  std::string("argument 1 of the entry is ") + type),
              std::string::npos)
        << signatureError(text);
  }
}

TEST_F(AbiTest, UndefinedFunctionsAreErrors) {
  std::string text = std::string(scalars) +
                     "llvm.func @nowhere()\n"
                     "llvm.func @g() { llvm.call @nowhere() : () -> ()\n"
                     "  llvm.return }";
  EXPECT_EQ(messageOf(Executable::create(*parse(text), "f")),
            "f.mlir:10:1: error: function '@nowhere' is called but not "
            "defined");
}

TEST_F(AbiTest, UnloweredModulesAreErrors) {
  EXPECT_NE(
      messageOf(Executable::create(*parse("func.func @f() { return }"), "f"))
          .find("'func.return' is left after the pipeline"),
      std::string::npos);
  EXPECT_NE(messageOf(emitAssembly(*parse("func.func @f() { return }"))), "");
}

TEST_F(AbiTest, AssemblyNamesTheEntry) {
  EXPECT_NE(get(emitAssembly(*parse(scalars))).find("_mlir_ciface_f"),
            std::string::npos);
}

TEST(Bind, CountsAndNamesArguments) {
  Signature signature;
  signature.arguments = {{DType::F32, true, {2}}, {DType::I8, false, {}}};
  std::vector<Array> arguments;
  EXPECT_EQ(messageOf(bindArguments(signature, arguments)),
            "error: no value for argument 0 (2xf32), 1 (i8)");
  arguments = {get(generate("2xf32=zeros")), get(generate("2xi8=zeros"))};
  EXPECT_EQ(messageOf(bindArguments(signature, arguments)),
            "error: argument 1: found 2xi8, wanted i8");
  arguments.resize(3);
  EXPECT_EQ(messageOf(bindArguments(signature, arguments)),
            "error: found 3 arguments, wanted 2");
}

// @first and @second of one compilation, on memory of the caller's: what the
// function writes there is seen, and a frame can be called again.
static const char twoEntries[] = R"(
llvm.func @first(%p: !llvm.ptr) attributes {mx.signature = (tensor<f32>) -> ()} {
  llvm.return
}
llvm.func @_mlir_ciface_first(%p: !llvm.ptr) {
  %0 = llvm.getelementptr %p[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
  %1 = llvm.load %0 : !llvm.ptr -> !llvm.ptr
  %2 = llvm.load %1 : !llvm.ptr -> f32
  %3 = llvm.fadd %2, %2 : f32
  llvm.store %3, %1 : f32, !llvm.ptr
  llvm.return
}
llvm.func @second() -> f32 attributes {mx.signature = () -> f32} {
  %0 = llvm.mlir.constant(4.0 : f32) : f32
  llvm.return %0 : f32
}
llvm.func @_mlir_ciface_second() -> f32 {
  %0 = llvm.call @second() : () -> f32
  llvm.return %0 : f32
}
)";

TEST_F(AbiTest, EntriesShareACompilationAndMemoryIsTheCallers) {
  std::vector<Executable> entries =
      get(Executable::create(*parse(twoEntries), {"first", "second"}));
  ASSERT_EQ(entries.size(), 2u);
  alignas(64) float value = 3.0f;
  CallFrame frame(entries[0].getSignature(), {ArrayView{&value, {}}});
  entries[0].run(frame);
  entries[0].run(frame);
  EXPECT_EQ(value, 12.0f);
  SmallVector<Array> results = get(entries[1].call({}));
  EXPECT_EQ(toFloats(results[0]), std::vector<float>{4.0f});
}
