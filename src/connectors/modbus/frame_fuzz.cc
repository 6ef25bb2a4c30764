// Whatever a peer sends: the stream is cut into frames, and each is read as a request and as the
// answer to one. The first five bytes say in which pieces it arrives and what was asked. What can
// be read must read the same after it was written.

#include <algorithm>

#include "base/check.h"
#include "connectors/modbus/decode.h"
#include "connectors/modbus/frame.h"

namespace bedplate::modbus {
namespace {

constexpr std::size_t kChoices = 5;

ReadRequest RequestOf(const std::uint8_t* choices) {
  const auto table = static_cast<Table>(1 + choices[1] % 4);
  const auto count =
      static_cast<std::uint16_t>(1 + (choices[2] << 8U | choices[3]) % MostOf(table));
  return {.unit = choices[4], .table = table, .address = 0, .count = count};
}

void ReadAsRequest(const Frame& frame) {
  const auto request = DecodeRequest(frame);
  const auto* const read = std::get_if<ReadRequest>(&request);
  if (read == nullptr) return;
  Bytes written;
  EncodeRequest(frame.transaction, *read, written);
  BEDPLATE_CHECK(std::ranges::equal(ByteView(written).subspan(kHeadBytes + 1), frame.body));
}

void ReadAsAnswer(const Frame& frame, const ReadRequest& request) {
  const auto answer = DecodeAnswer(frame, request);
  if (!answer.ok()) return;
  const auto* const data = std::get_if<Data>(&*answer);
  if (data == nullptr) return;
  Bytes written;
  EncodeAnswer(frame.transaction, request, *data, written);
  BEDPLATE_CHECK(std::ranges::equal(ByteView(written).subspan(kHeadBytes + 1), frame.body));
  if (HasBits(request.table)) {
    (void)BitAt(*data, request.count - std::size_t{1});
    return;
  }
  for (int form = 0; form <= static_cast<int>(Form::kBits); ++form) {
    Decoding decoding{.form = static_cast<Form>(form), .string_registers = request.count};
    decoding.order = static_cast<ByteOrder>(request.unit % 4);
    if (RegistersOf(decoding) > request.count) continue;
    (void)DecodeRegisters(decoding, data->first(std::size_t{2} * RegistersOf(decoding)));
  }
}

void Run(const std::uint8_t* data, std::size_t size) {
  if (size < kChoices) return;
  const std::size_t piece = 1 + data[0];
  const ReadRequest request = RequestOf(data);
  ByteView left(reinterpret_cast<const std::byte*>(data) + kChoices, size - kChoices);
  FrameStream stream;
  while (!left.empty()) {
    const ByteView now = left.first(std::min({piece, left.size(), stream.Space().size()}));
    std::ranges::copy(now, stream.Space().begin());
    stream.Filled(now.size());
    left = left.subspan(now.size());
    auto frame = stream.Next();
    for (; frame.ok() && *frame; frame = stream.Next()) {
      ReadAsRequest(**frame);
      ReadAsAnswer(**frame, request);
    }
    if (!frame.ok()) return;
    BEDPLATE_CHECK(!stream.Space().empty());
  }
}

}  // namespace
}  // namespace bedplate::modbus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bedplate::modbus::Run(data, size);
  return 0;
}
