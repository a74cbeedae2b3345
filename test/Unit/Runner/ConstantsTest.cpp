//===- ConstantsTest.cpp - large constants and the code that reads them ---===//

#include "mx/Runner/Constants.h"

#include "Support.h"
#include "mx/Runner/Jit.h"
#include "mx/Runner/Source.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {

/// Modules with a constant @w of bytes, and @f, which returns the one asked
/// for.
struct Constants : testing::Test {
  Constants() {
    registerRunnerPasses();
    DialectRegistry registry;
    registerRunnerDialects(registry);
    context = std::make_unique<MLIRContext>(registry);
  }

  /// `value` has to be of type tensor<COUNTxi8>.
  ModuleOp parse(uint64_t count, StringRef value, StringRef resource = "") {
    std::string text = llvm::formatv(R"(
llvm.mlir.global private constant @w({1} : tensor<{0}xi8>) {{alignment = 64 : i64} : !llvm.array<{0} x i8>
llvm.func @f(%i: i64) -> i8 attributes {{mx.signature = (index) -> i8} {{
  %w = llvm.mlir.addressof @w : !llvm.ptr
  %p = llvm.getelementptr %w[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %x = llvm.load %p : !llvm.ptr -> i8
  llvm.return %x : i8
}
llvm.func @_mlir_ciface_f(%i: i64) -> i8 {{
  %x = llvm.call @f(%i) : (i64) -> i8
  llvm.return %x : i8
}
{2}
)",
                                     count, value, resource);
    source = std::make_unique<Source>(Source::fromText(text, "test"));
    module = get(source->parse(*context));
    return *module;
  }

  /// A resource of bytes 1.
  ModuleOp parseResource(uint64_t count) {
    std::string bytes(count, '\1');
    return parse(count, "dense_resource<w>",
                 "{-# dialect_resources: { builtin: { w: \"0x40000000" +
                     llvm::toHex(bytes) + "\" } } #-}");
  }

  LLVM::GlobalOp getGlobal() {
    return module->lookupSymbol<LLVM::GlobalOp>("w");
  }

  /// The bytes of the resource, to be written to.
  char *getBlob() {
    auto value = cast<DenseResourceElementsAttr>(getGlobal().getValueOrNull());
    return const_cast<char *>(value.getRawHandle().getBlob()->getData().data());
  }

  static int8_t call(const Executable &f, int64_t index) {
    Array argument = makeArrayOf<int64_t>(DType::Index, {}, {index});
    return static_cast<int8_t>(get(f.call(argument))[0].bytes[0]);
  }

  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<Source> source;
  OwningOpRef<ModuleOp> module;
};

constexpr uint64_t most = ConstantsApart::threshold;

} // namespace

/// What is written into the resource after compilation is what the code reads.
TEST_F(Constants, AreUsedWhereTheyLie) {
  Executable f = get(Executable::create(parseResource(most + 1), "f"));
  EXPECT_EQ(call(f, most), 1);
  getBlob()[most] = 42;
  EXPECT_EQ(call(f, most), 42);
}

/// Small ones become part of the code.
TEST_F(Constants, OfTheThresholdStay) {
  Executable f = get(Executable::create(parseResource(most), "f"));
  getBlob()[most - 1] = 42;
  EXPECT_EQ(call(f, most - 1), 1);
}

TEST_F(Constants, SplatsAreExpanded) {
  Executable f = get(Executable::create(parse(most + 1, "dense<-3>"), "f"));
  EXPECT_EQ(call(f, 0), -3);
  EXPECT_EQ(call(f, most), -3);
}

/// The module is as before, and its context keeps the code's constants alone.
TEST_F(Constants, ModuleIsLeftAsItWas) {
  parseResource(most + 1);
  DictionaryAttr before = getGlobal()->getAttrDictionary();
  const void *blob = getBlob();
  {
    ConstantsApart apart(*module);
    EXPECT_FALSE(getGlobal().getValueOrNull());
    EXPECT_EQ(getGlobal().getLinkage(), LLVM::Linkage::External);
    EXPECT_EQ(apart.takeStore().addresses.lookup("w"), blob);
  }
  EXPECT_EQ(getGlobal()->getAttrDictionary(), before);
  Executable f = get(Executable::create(*module, "f"));
  EXPECT_EQ(getGlobal()->getAttrDictionary(), before);
  module = nullptr;
  EXPECT_EQ(call(f, 5), 1);
}

/// What the code may write to has to be its own.
TEST_F(Constants, VariablesStay) {
  parseResource(most + 1);
  getGlobal().setConstant(false);
  ConstantsApart apart(*module);
  EXPECT_TRUE(getGlobal().getValueOrNull());
}
