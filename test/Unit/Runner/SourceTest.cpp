//===- SourceTest.cpp - parsing and pipeline texts ------------------------===//

#include "mx/Runner/Source.h"

#include "Support.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

namespace {
struct SourceTest : ::testing::Test {
  SourceTest() {
    DialectRegistry registry;
    registerRunnerDialects(registry);
    registerRunnerPasses();
    context.appendDialectRegistry(registry);
  }
  std::string parseError(StringRef text) {
    Source source = Source::fromText(text, "f.mlir");
    return messageOf(source.parse(context));
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};
} // namespace

TEST_F(SourceTest, ErrorsHaveTheirPlaceAndOneLine) {
  EXPECT_EQ(parseError("func.func @f() {\n  foo\n}"),
            "f.mlir:2:3: error: custom op 'foo' is unknown (tried 'func.foo' "
            "as well)");
}

static const char constant[] =
    "func.func @f() -> tensor<4xf32> {\n"
    "  %0 = arith.constant dense_resource<w> : tensor<4xf32>\n"
    "  return %0 : tensor<4xf32>\n}\n";

TEST_F(SourceTest, ResourcesMustBeThere) {
  EXPECT_NE(
      parseError(constant).find("f.mlir:2:8: error: resource 'w' has no data"),
      std::string::npos);
}

TEST_F(SourceTest, ResourcesMustHaveTheirSize) {
  auto withBytes = [&](const char *bytes) {
    return std::string(constant) +
           "{-# dialect_resources: { builtin: { w: \"0x04000000" + bytes +
           "\" } } #-}";
  };
  EXPECT_EQ(parseError(withBytes("00000000")),
            "f.mlir:2:8: error: resource 'w' has 4 bytes, its type wants 16");
  EXPECT_EQ(parseError(withBytes("00000000000000000000000000000000")), "");
}

TEST_F(SourceTest, ReadsBytecode) {
  Source source = Source::fromText("func.func @f() { return }", "f.mlir");
  OwningOpRef<ModuleOp> module = get(source.parse(context));
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  ASSERT_TRUE(succeeded(writeBytecodeToFile(*module, os)));
  Source binary = Source::fromText(bytes, "f.mlirbc");
  OwningOpRef<ModuleOp> back = get(binary.parse(context));
  EXPECT_TRUE(back->lookupSymbol("f"));
}

TEST_F(SourceTest, TellsStagesApart) {
  auto parse = [&](const Source &source) { return get(source.parse(context)); };
  Source high = Source::fromText("func.func @f() { return }", "f");
  Source low = Source::fromText("llvm.func @f() { llvm.return }", "f");
  Source block =
      Source::fromText("func.func private @f(tensor<1x32x!mx.amxfp4>)", "f");
  EXPECT_TRUE(findUnlowered(*parse(high)));
  EXPECT_FALSE(findUnlowered(*parse(low)));
  EXPECT_FALSE(findMX(*parse(high)));
  OwningOpRef<ModuleOp> blocks = parse(block);
  EXPECT_TRUE(findMX(*blocks));
}

/// The attributes that steer quantization leave a file a float one.
TEST_F(SourceTest, PolicyIsNotMX) {
  Source source = Source::fromText(
      "func.func @f(%a: tensor<2x2xf32> {mx.weight}) { return }", "f");
  EXPECT_FALSE(findMX(*get(source.parse(context))));
}

TEST_F(SourceTest, PipelineErrorsAreOneLine) {
  Source source = Source::fromText("module {}", "f");
  OwningOpRef<ModuleOp> module = get(source.parse(context));
  EXPECT_EQ(messageOf(runPipeline(*module, "no-such-pass")),
            "error: pipeline 'no-such-pass': 'no-such-pass' does not refer to "
            "a registered pass or pass pipeline");
  for (const char *text : {"cse{", "cse,,cse", "builtin.module(cse",
                           "cse{nope=1}", "func.func(cse"}) {
    std::string message = messageOf(runPipeline(*module, text));
    EXPECT_NE(message, "") << text;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
  for (const char *text : {"", "cse", " builtin.module( cse , canonicalize ) ",
                           "func.func(cse),canonicalize{max-iterations=3}"})
    EXPECT_EQ(messageOf(runPipeline(*module, text)), "") << text;
}

TEST(PipelineText, ReplacesTheLowering) {
  const std::tuple<const char *, const char *, const char *> cases[] = {
      {"mx-reference", "new", ""},
      {"mx-quantize{weights=amxfp4 activations=none},mx-to-llvm{target=host}",
       "mx-quantize{weights=amxfp4 activations=none},new",
       "mx-quantize{weights=amxfp4 activations=none}"},
      {"builtin.module(func.func(cse,canonicalize),mx-to-nvvm{chip=sm_90},cse)",
       "func.func(cse,canonicalize),new,cse", "func.func(cse,canonicalize)"},
      {"a{x=b,c}, mx-float-to-llvm", "a{x=b,c},new", "a{x=b,c}"}};
  for (auto [text, replaced, before] : cases) {
    std::string pipeline = text;
    EXPECT_TRUE(replaceLowering(pipeline, "new"));
    EXPECT_EQ(pipeline, replaced);
    EXPECT_EQ(getPartBeforeLowering(text), before);
  }
  for (const char *text : {"", "cse", "mx-to-llvm-not", "cse{a=mx-to-llvm}"}) {
    std::string pipeline = text;
    EXPECT_FALSE(replaceLowering(pipeline, "new")) << text;
    EXPECT_EQ(getPartBeforeLowering(text), text);
  }
}

TEST_F(SourceTest, ResourcesMayBeGiven) {
  alignas(64) char bytes[16] = {};
  auto owner = std::make_shared<int>(0);
  Source source = Source::fromText(constant, "f.mlir");
  auto errorOf = [&](Resource resource) {
    return messageOf(source.parse(*makeRunnerContext(), resource));
  };
  EXPECT_EQ(errorOf({"v", bytes, owner}), "error: resource 'v' is given, but "
                                          "nothing in the module names it");
  EXPECT_EQ(errorOf({"w", ArrayRef(bytes, 4), owner}),
            "f.mlir:2:8: error: resource 'w' has 4 bytes, its type wants 16");
  EXPECT_EQ(owner.use_count(), 1);
  auto module = get(source.parse(context, Resource{"w", bytes, owner}));
  DenseResourceElementsAttr value;
  module->walk([&](Operation *op) {
    if (auto attr = op->getAttrOfType<DenseResourceElementsAttr>("value"))
      value = attr;
  });
  // Where it lies, and kept.
  EXPECT_EQ(value.getData().data(), bytes);
  EXPECT_EQ(owner.use_count(), 2);
}

TEST(PipelineText, ThreadsAreAdded) {
  auto add = [](StringRef pipeline) { return addThreads(pipeline, 3); };
  EXPECT_EQ(add("mx-to-llvm"), "mx-to-llvm{threads=3}");
  EXPECT_EQ(add("builtin.module(mx-quantize{min-k=1},mx-to-llvm{fuse=false})"),
            "mx-quantize{min-k=1},mx-to-llvm{threads=3 fuse=false}");
  for (StringRef kept :
       {"mx-to-llvm{threads=1}", "mx-to-llvm{fuse=false threads=1}",
        "mx-reference", "mx-to-llvm{", "mx-to-llvm}", ""})
    EXPECT_EQ(add(kept), kept);
}
