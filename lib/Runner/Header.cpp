//===- Header.cpp - C declarations of compiled functions ------------------===//

#include "mx/Runner/Header.h"

#include "mx/Runner/Abi.h"
#include "mx/Runner/Constants.h"
#include "mx/Runner/Error.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::mx;

namespace {
struct Function {
  std::string name;
  Signature signature;
};
} // namespace

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// Returns the C type of an element or a scalar. Floats of 16 bits are their
/// bits.
static StringRef cType(DType type) {
  switch (type) {
  case DType::F64:
    return "double";
  case DType::F32:
    return "float";
  case DType::I64:
  case DType::Index:
    return "int64_t";
  case DType::I32:
    return "int32_t";
  case DType::I16:
    return "int16_t";
  case DType::I8:
    return "int8_t";
  case DType::U64:
    return "uint64_t";
  case DType::U32:
    return "uint32_t";
  case DType::F16:
  case DType::BF16:
  case DType::U16:
    return "uint16_t";
  case DType::I1:
  case DType::U8:
    return "uint8_t";
  }
  llvm_unreachable("an unknown element type");
}

static std::string tensorType(const ValueType &type) {
  return ("mx_" + getName(type.dtype) + "_" + Twine(type.shape.size())).str();
}

static std::string fieldType(const ValueType &type) {
  return type.isTensor ? tensorType(type) : cType(type.dtype).str();
}

static std::string describe(const ValueType &type) {
  return type.isTensor ? "tensor<" + toString(type) + ">" : toString(type);
}

//===----------------------------------------------------------------------===//
// What C can call
//===----------------------------------------------------------------------===//

static llvm::Error checkFunction(LLVM::LLVMFuncOp op,
                                 const Signature &signature) {
  auto refuse = [&](const Twine &why) {
    return makeError(op.getLoc(),
                     "'@" + op.getName() + "' cannot be called from C: " + why);
  };
  static const llvm::StringSet<> keywords = {
      "auto",     "break",    "case",     "char",   "const",   "continue",
      "default",  "do",       "double",   "else",   "enum",    "extern",
      "float",    "for",      "goto",     "if",     "inline",  "int",
      "long",     "register", "restrict", "return", "short",   "signed",
      "sizeof",   "static",   "struct",   "switch", "typedef", "union",
      "unsigned", "void",     "volatile", "while"};
  StringRef name = op.getName();
  if (name == "main")
    return refuse("the name is that of the program's entry");
  if (!isIdentifier(name) || keywords.contains(name))
    return refuse("its name is no identifier of C");
  auto isHalf = [](const ValueType &type) {
    return !type.isTensor &&
           (type.dtype == DType::F16 || type.dtype == DType::BF16);
  };
  if (llvm::any_of(signature.arguments, isHalf) ||
      llvm::any_of(signature.results, isHalf))
    return refuse(
        "C has no scalars of f16 and bf16 (tensors of them are fine)");
  return llvm::Error::success();
}

/// Returns all functions that a program may call, in the order of the module.
static llvm::Expected<std::vector<Function>> readFunctions(ModuleOp module) {
  std::vector<Function> functions;
  for (auto op : module.getOps<LLVM::LLVMFuncOp>()) {
    // The C interface of a function has a copy of its attributes.
    if (!op->hasAttr(signatureAttrName) ||
        op.getName().starts_with("_mlir_ciface_"))
      continue;
    auto signature = readSignature(module, op.getName());
    if (!signature)
      return signature.takeError();
    if (llvm::Error error = checkFunction(op, *signature))
      return error;
    // To a caller, results that arguments hold are none.
    signature->results = signature->returned();
    functions.push_back({op.getName().str(), std::move(*signature)});
  }
  if (functions.empty())
    return makeError(module.getLoc(), "the module has no public function with "
                                      "'mx.signature' that C could call");
  return functions;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static constexpr char overview[] =
    R"(/* {0}: functions compiled by MX, for C and C++.

   Tensors are row-major without gaps, their memory at a multiple of 64 bytes.
   Arguments stay the caller's; those that are not const are written to, the
   others are not. Results lie in fresh memory from malloc that the caller frees, by NAME_free; two results may share
   it. f16 and bf16 are the bits of the number, i1 is 0 or 1 in a byte.
   Functions may be called from several threads. */
#ifndef {1}
#define {1}

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

)";

/// Prints a descriptor type, as several headers may hold it.
static void printTensorType(const ValueType &type, llvm::raw_ostream &os) {
  const std::string name = tensorType(type);
  os << llvm::formatv(
      "#ifndef MX_HAVE_{0}\n#define MX_HAVE_{0}\n"
      "/* Element 0 is at data; allocated is what is freed. */\n"
      "typedef struct {0} {{\n"
      "  {1} *allocated;\n  {1} *data;\n  int64_t offset;\n",
      name, cType(type.dtype));
  if (size_t rank = type.shape.size())
    os << llvm::formatv("  int64_t extents[{0}];\n  int64_t strides[{0}];\n",
                        rank);
  os << "} " << name << ";\n#endif\n\n";
}

static void printTensorTypes(ArrayRef<Function> functions,
                             llvm::raw_ostream &os) {
  llvm::StringSet<> seen;
  for (const Function &function : functions)
    for (ArrayRef<ValueType> types : {ArrayRef(function.signature.arguments),
                                      ArrayRef(function.signature.results)})
      for (const ValueType &type : types)
        if (type.isTensor && seen.insert(tensorType(type)).second)
          printTensorType(type, os);
}

static constexpr char region[] =
    R"(/* Large constants of the functions, in {1} (id {2}).
   Link the object file of {1}.S; where that was compiled with
   -DMX_MAP_WEIGHTS, call mx_weights_attach(&{0}, ...) of libmx_runtime first. */
#ifndef MX_WEIGHTS_REGION
#define MX_WEIGHTS_REGION
typedef struct mx_weights_region {{
  void *begin;
  uint64_t size;
  uint64_t id;
  uint64_t is_ready;
} mx_weights_region;
#endif
#ifdef __cplusplus
extern "C"
#else
extern
#endif
mx_weights_region {0};

)";

static void printRegion(const WeightsRecord &weights, llvm::raw_ostream &os) {
  os << llvm::formatv(region, weights.symbol,
                      llvm::sys::path::filename(weights.file), weights.id);
}

/// Returns the type that the code returns a single scalar as. Of narrow
/// integers the upper bits of the register are anything.
static StringRef returnType(const Signature &signature) {
  if (signature.results.size() != 1 || signature.results[0].isTensor)
    return "void";
  DType type = signature.results[0].dtype;
  bool isNarrow = type == DType::I1 || type == DType::I8 || type == DType::I16;
  return isNarrow ? "int32_t" : cType(type);
}

static bool isByPointer(const Signature &signature) {
  return !signature.results.empty() && returnType(signature) == "void";
}

/// The struct of the results, and the function as the code has it.
static void printTypes(const Function &function, llvm::raw_ostream &os) {
  const Signature &signature = function.signature;
  if (!signature.results.empty()) {
    os << "typedef struct " << function.name << "_results {\n";
    for (auto [i, type] : llvm::enumerate(signature.results))
      os << "  " << fieldType(type) << " result" << i << "; /* "
         << describe(type) << " */\n";
    os << "} " << function.name << "_results;\n\n";
  }
  SmallVector<std::string> parameters;
  if (isByPointer(signature))
    parameters.push_back(function.name + "_results *");
  for (const ValueType &type : signature.arguments)
    parameters.push_back(fieldType(type) + (type.isTensor ? " *" : ""));
  os << "#ifdef __cplusplus\nextern \"C\"\n#endif\n"
     << returnType(signature) << " _mlir_ciface_" << function.name << "("
     << (parameters.empty() ? "void" : llvm::join(parameters, ", "))
     << ");\n\n";
}

/// Returns the parameters that a caller sees: each tensor and its extents that
/// are not fixed.
static SmallVector<std::string> getParameters(const Signature &signature) {
  SmallVector<std::string> parameters;
  for (auto [i, type] : llvm::enumerate(signature.arguments)) {
    std::string name = "argument" + std::to_string(i);
    bool isRead = type.isTensor && signature.inPlace[i] == -1;
    parameters.push_back((isRead ? "const " : "") + cType(type.dtype).str() +
                         (type.isTensor ? " *" : " ") + name);
    for (auto [axis, extent] : llvm::enumerate(type.shape))
      if (ShapedType::isDynamic(extent))
        parameters.push_back("int64_t " + name + "_extent" +
                             std::to_string(axis));
  }
  return parameters;
}

/// Fills the descriptor of argument `index`.
static void printDescriptor(size_t index, const ValueType &type,
                            llvm::raw_ostream &os) {
  const std::string name = "argument" + std::to_string(index);
  os << llvm::formatv("  {0} tensor{1};\n"
                      "  tensor{1}.allocated = tensor{1}.data = ({2} *){3};\n"
                      "  tensor{1}.offset = 0;\n",
                      tensorType(type), index, cType(type.dtype), name);
  for (auto [axis, extent] : llvm::enumerate(type.shape)) {
    os << "  tensor" << index << ".extents[" << axis << "] = ";
    if (ShapedType::isDynamic(extent))
      os << name << "_extent" << axis << ";\n";
    else
      os << extent << ";\n";
  }
  for (size_t axis = type.shape.size(); axis-- > 0;) {
    os << "  tensor" << index << ".strides[" << axis << "] = ";
    if (axis + 1 == type.shape.size())
      os << "1;\n";
    else
      os << llvm::formatv("tensor{0}.strides[{1}] * tensor{0}.extents[{1}];\n",
                          index, axis + 1);
  }
}

/// The call, after the descriptors.
static void printCall(const Function &function, llvm::raw_ostream &os) {
  const Signature &signature = function.signature;
  SmallVector<std::string> operands;
  if (isByPointer(signature))
    operands.push_back("&results");
  for (auto [i, type] : llvm::enumerate(signature.arguments))
    operands.push_back((type.isTensor ? "&tensor" : "argument") +
                       std::to_string(i));
  std::string call =
      "_mlir_ciface_" + function.name + "(" + llvm::join(operands, ", ") + ")";
  if (returnType(signature) == "void")
    os << "  " << call << ";\n";
  else if (signature.results[0].dtype == DType::I1)
    os << "  results.result0 = " << call << " & 1;\n";
  else
    os << "  results.result0 = (" << cType(signature.results[0].dtype) << ")"
       << call << ";\n";
}

/// The function of the same name that callers use.
static void printWrapper(const Function &function, StringRef regionName,
                         llvm::raw_ostream &os) {
  const Signature &signature = function.signature;
  SmallVector<std::string> parameters = getParameters(signature), types;
  for (const ValueType &type : signature.arguments)
    types.push_back(describe(type));
  bool hasResults = !signature.results.empty();
  os << "/* " << function.name << "(" << llvm::join(types, ", ") << ") */\n"
     << "static inline "
     << (hasResults ? function.name + "_results" : std::string("void")) << " "
     << function.name << "("
     << (parameters.empty() ? "void" : llvm::join(parameters, ", ")) << ") {\n";
  if (!regionName.empty())
    os << llvm::formatv("  if (!{0}.is_ready) {{\n"
                        "    fputs(\"{1}: {0} is not attached\\n\", stderr);\n"
                        "    abort();\n  }\n",
                        regionName, function.name);
  if (hasResults)
    os << "  " << function.name << "_results results;\n";
  for (auto [i, type] : llvm::enumerate(signature.arguments))
    if (type.isTensor)
      printDescriptor(i, type, os);
  printCall(function, os);
  os << (hasResults ? "  return results;\n}\n\n" : "}\n\n");
}

/// Frees each buffer of the results once.
static void printFree(const Function &function, llvm::raw_ostream &os) {
  SmallVector<std::string> buffers;
  for (auto [i, type] : llvm::enumerate(function.signature.results))
    if (type.isTensor)
      buffers.push_back("results->result" + std::to_string(i) + ".allocated");
  if (buffers.empty())
    return;
  os << llvm::formatv("static inline void {0}_free({0}_results *results) {{\n"
                      "  void *buffers[] = {{{1}};\n"
                      "  for (int i = 0; i < {2}; ++i) {{\n"
                      "    int j = 0;\n"
                      "    while (buffers[j] != buffers[i])\n"
                      "      ++j;\n"
                      "    if (j == i)\n"
                      "      free(buffers[i]);\n"
                      "  }\n}\n\n",
                      function.name, llvm::join(buffers, ", "), buffers.size());
}

llvm::Expected<std::string> mlir::mx::emitHeader(ModuleOp module,
                                                 StringRef file) {
  auto functions = readFunctions(module);
  if (!functions)
    return functions.takeError();
  auto weights = readWeightsRecord(module);
  if (!weights)
    return weights.takeError();
  std::string guard = llvm::sys::path::filename(file).upper();
  for (char &c : guard)
    c = llvm::isAlnum(c) ? c : '_';
  guard = "MX_HEADER_" + guard;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv(overview, llvm::sys::path::filename(file), guard);
  if (*weights)
    printRegion(**weights, os);
  printTensorTypes(*functions, os);
  StringRef regionName = *weights ? (*weights)->symbol : "";
  for (const Function &function : *functions) {
    printTypes(function, os);
    printWrapper(function, regionName, os);
    printFree(function, os);
  }
  os << "#endif /* " << guard << " */\n";
  return text;
}
