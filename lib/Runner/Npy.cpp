//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// magic "\x93NUMPY", version (2 bytes), header length (2 bytes in version 1, 4
// in version 2), header, data. The header is a Python literal:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
//===----------------------------------------------------------------------===//

#include "mx/Runner/Npy.h"

#include "mx/Runner/Error.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace mlir;
using namespace mlir::mx;

static constexpr StringLiteral magic("\x93NUMPY");

namespace {
struct Header {
  std::string descr;
  bool fortranOrder = false;
  SmallVector<int64_t> shape;
};

/// Scans the header's literal; every method consumes what it accepts.
struct Scanner {
  StringRef rest;

  bool take(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  bool takeString(StringRef &value) {
    if (!take("'"))
      return false;
    size_t end = rest.find('\'');
    if (end == StringRef::npos)
      return false;
    value = rest.take_front(end);
    rest = rest.drop_front(end + 1);
    return true;
  }
  bool takeBool(bool &value) {
    value = take("True");
    return value || take("False");
  }
  bool takeTuple(SmallVector<int64_t> &values) {
    if (!take("("))
      return false;
    while (!take(")")) {
      rest = rest.ltrim();
      if (rest.consumeInteger(10, values.emplace_back()) || values.back() < 0)
        return false;
      if (!take(",") && !rest.ltrim().starts_with(")"))
        return false;
    }
    return true;
  }
};
} // namespace

static bool parseHeader(StringRef text, Header &header) {
  Scanner scanner{text};
  if (!scanner.take("{"))
    return false;
  std::map<StringRef, int> seen;
  while (!scanner.take("}")) {
    StringRef key, descr;
    if (!scanner.takeString(key) || !scanner.take(":") || seen[key]++)
      return false;
    if (key == "descr" && scanner.takeString(descr))
      header.descr = descr.str();
    else if (!(key == "fortran_order" &&
               scanner.takeBool(header.fortranOrder)) &&
             !(key == "shape" && scanner.takeTuple(header.shape)))
      return false;
    if (!scanner.take(",") && !scanner.rest.ltrim().starts_with("}"))
      return false;
  }
  return seen.size() == 3 && scanner.rest.trim().empty();
}

static std::optional<DType> parseDescr(StringRef descr) {
  static constexpr std::pair<StringLiteral, DType> table[] = {
      {"<f8", DType::F64}, {"<f4", DType::F32}, {"<f2", DType::F16},
      {"<i8", DType::I64}, {"<i4", DType::I32}, {"<i2", DType::I16},
      {"|i1", DType::I8},  {"<u8", DType::U64}, {"<u4", DType::U32},
      {"<u2", DType::U16}, {"|u1", DType::U8},  {"|b1", DType::I1}};
  for (const auto &[name, type] : table)
    if (name == descr)
      return type;
  return std::nullopt;
}

static StringRef getDescr(DType type) {
  switch (type) {
  case DType::F64:
    return "<f8";
  case DType::F32:
    return "<f4";
  case DType::F16:
    return "<f2";
  case DType::BF16:
  case DType::U16:
    return "<u2";
  case DType::I64:
  case DType::Index:
    return "<i8";
  case DType::I32:
    return "<i4";
  case DType::I16:
    return "<i2";
  case DType::I8:
    return "|i1";
  case DType::I1:
    return "|b1";
  case DType::U64:
    return "<u8";
  case DType::U32:
    return "<u4";
  case DType::U8:
    return "|u1";
  }
  llvm_unreachable("all element types are listed");
}

/// Splits the file in header and data.
static llvm::Error splitFile(StringRef file, StringRef &header,
                             StringRef &data) {
  if (!file.starts_with(magic))
    return makeError("not an npy file");
  unsigned major = file.size() > 7 ? file[6] : 0;
  unsigned lengthBytes = major == 1 ? 2 : 4;
  if (file.size() > 7 && major != 1 && major != 2)
    return makeError("npy version " + Twine(major) + ", wanted 1 or 2");
  if (file.size() < 8 + lengthBytes)
    return makeError("truncated in the npy header");
  const char *at = file.data() + 8;
  size_t length = major == 1 ? llvm::support::endian::read16le(at)
                             : llvm::support::endian::read32le(at);
  file = file.drop_front(8 + lengthBytes);
  if (file.size() < length)
    return makeError("truncated in the npy header");
  header = file.take_front(length);
  data = file.drop_front(length);
  return llvm::Error::success();
}

static llvm::Expected<Array> parseNpy(StringRef file) {
  StringRef text, data;
  if (llvm::Error error = splitFile(file, text, data))
    return error;
  Header header;
  if (!parseHeader(text, header))
    return makeError("the npy header is not that of a plain array");
  if (StringRef(header.descr).starts_with(">"))
    return makeError("big-endian numbers ('" + header.descr +
                     "'), wanted little-endian");
  std::optional<DType> type = parseDescr(header.descr);
  if (!type)
    return makeError("elements of type '" + header.descr +
                     "' have no counterpart");
  if (header.fortranOrder && header.shape.size() > 1)
    return makeError(
        "column-major (Fortran) order; save it by numpy.ascontiguousarray");
  llvm::Expected<int64_t> count = checkedCount(header.shape, *type);
  if (!count)
    return count.takeError();
  size_t bytes = *count * byteSize(*type);
  if (data.size() != bytes)
    return makeError((data.size() < bytes ? "truncated: " : "too long: ") +
                     Twine(data.size()) + " bytes of data, wanted " +
                     Twine(bytes));
  Array array{*type, header.shape,
              std::vector<uint8_t>(data.bytes_begin(), data.bytes_end())};
  if (*type == DType::I1) // compiled code takes no other bytes than 0 and 1
    for (uint8_t &byte : array.bytes)
      byte = byte != 0;
  return array;
}

llvm::Expected<Array> mlir::mx::readNpy(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return makeError("cannot open '" + path +
                     "': " + file.getError().message());
  llvm::Expected<Array> array = parseNpy((*file)->getBuffer());
  if (!array)
    return addContext("'" + path + "': ", array.takeError());
  return array;
}

llvm::Error mlir::mx::writeNpy(StringRef path, const Array &array) {
  std::string header = ("{'descr': '" + getDescr(array.dtype) +
                        "', 'fortran_order': False, 'shape': (")
                           .str();
  for (int64_t extent : array.shape)
    header += std::to_string(extent) + ",";
  header += "), }";
  // The data starts at a multiple of 64; the header ends in a newline.
  header.resize(llvm::alignTo(10 + header.size() + 1, 64) - 11, ' ');
  header += '\n';
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (code)
    return makeError("cannot write '" + path + "': " + code.message());
  char length[2];
  llvm::support::endian::write16le(length, header.size());
  os << magic << StringRef("\x01\x00", 2) << StringRef(length, 2) << header;
  os.write(reinterpret_cast<const char *>(array.bytes.data()),
           array.bytes.size());
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    return makeError("cannot write '" + path + "': " + code.message());
  }
  return llvm::Error::success();
}
