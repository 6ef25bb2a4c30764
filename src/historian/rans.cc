#include "historian/rans.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"

namespace bedplate::historian {
namespace {

constexpr std::uint32_t kLowerBound = 1U << 16U;  // of a state between two tokens
constexpr unsigned kWordBits = 16;
constexpr std::size_t kWordBytes = 2;
constexpr std::uint32_t kSlotMask = kFrequencySum - 1;
/// Fewer tokens are not worth the bytes of more states.
constexpr std::size_t kMinTokensForFourStates = 512;

std::size_t StatesFor(std::size_t tokens) { return tokens < kMinTokensForFourStates ? 1 : 4; }

/// What a state's low bits say: 8 bits token, 12 bits frequency, 12 bits distance from the token's
/// first slot.
using SlotTable = std::array<std::uint32_t, kFrequencySum>;

void FillSlots(const TokenFrequencies& frequencies, SlotTable& slots) {
  std::uint32_t* slot = slots.data();
  for (std::size_t token = 0; token < frequencies.size; ++token) {
    const std::uint32_t frequency = frequencies.values[token];
    const std::uint32_t entry = static_cast<std::uint32_t>(token) << 24U | frequency
                                                                               << kFrequencyBits;
    for (std::uint32_t i = 0; i < frequency; ++i) slot[i] = entry | i;
    slot += frequency;
  }
}

/// Takes the next token out of `state` but does not renew it.
inline std::uint8_t TakeToken(const SlotTable& slots, std::uint32_t& state) {
  const std::uint32_t entry = slots[state & kSlotMask];
  state = (entry >> kFrequencyBits & kSlotMask) * (state >> kFrequencyBits) + (entry & kSlotMask);
  return static_cast<std::uint8_t>(entry >> 24U);
}

/// Renews a state that is low by the word at `from`, and returns where the next word stands. Which
/// way it goes cannot be predicted, so there is no branch.
inline const std::byte* Renew(std::uint32_t& state, const std::byte* from) {
  const std::uint32_t renewed = state << kWordBits | LoadFixed<std::uint16_t>(from);
  const bool low = state < kLowerBound;
  state = low ? renewed : state;
  return from + (low ? kWordBytes : 0);
}

bool RenewChecked(std::uint32_t& state, ByteReader& in) {
  if (state < kLowerBound) state = state << kWordBits | in.Fixed<std::uint16_t>();
  return in.ok();
}

/// Decodes groups of four tokens while a word for each is surely there; returns how many tokens.
std::size_t DecodeGroups(const SlotTable& slots, std::array<std::uint32_t, 4>& states,
                         ByteReader& in, std::span<std::uint8_t> out) {
  ByteReader ahead = in;
  const ByteView words = ahead.Rest();
  if (words.size() < 4 * kWordBytes) return 0;
  const std::byte* from = words.data();
  const std::byte* const last = words.data() + words.size() - 4 * kWordBytes;
  auto [a, b, c, d] = states;
  std::size_t i = 0;
  for (; i + 4 <= out.size() && from <= last; i += 4) {
    out[i] = TakeToken(slots, a);
    out[i + 1] = TakeToken(slots, b);
    out[i + 2] = TakeToken(slots, c);
    out[i + 3] = TakeToken(slots, d);
    from = Renew(a, from);
    from = Renew(b, from);
    from = Renew(c, from);
    from = Renew(d, from);
  }
  states = {a, b, c, d};
  in.Take(static_cast<std::size_t>(from - words.data()));
  return i;
}

/// What encoding needs of a token.
struct Encoded {
  std::uint32_t frequency = 0;
  std::uint32_t start = 0;       // its first slot
  std::uint64_t reciprocal = 0;  // 2^64 / frequency, rounded up; 0 for a frequency of 1
};

std::array<Encoded, kMaxTokens> MakeEncoded(const TokenFrequencies& frequencies) {
  std::array<Encoded, kMaxTokens> table{};
  std::uint32_t start = 0;
  for (std::size_t token = 0; token < frequencies.size; ++token) {
    const std::uint32_t frequency = frequencies.values[token];
    if (frequency == 0) continue;
    table[token] = {frequency, start, frequency > 1 ? UINT64_MAX / frequency + 1 : 0};
    start += frequency;
  }
  return table;
}

__extension__ using DoubleWord = unsigned __int128;

/// Puts a token into `state`, which first gives a word away if it would become too large. Returns
/// where the next word goes.
inline std::uint16_t* PutToken(const Encoded& token, std::uint32_t& state, std::uint16_t* word) {
  const bool full = state >= token.frequency << (32 - kFrequencyBits);
  *word = static_cast<std::uint16_t>(state);
  const std::uint32_t kept = full ? state >> kWordBits : state;
  const auto quotient = static_cast<std::uint32_t>(
      token.reciprocal == 0 ? kept : (DoubleWord{token.reciprocal} * kept) >> 64U);
  state = (quotient << kFrequencyBits) + kept - quotient * token.frequency + token.start;
  return word + (full ? 1 : 0);
}

}  // namespace

void EncodeTokens(std::span<const std::uint8_t> tokens, const TokenFrequencies& frequencies,
                  Bytes& out) {
  BEDPLATE_CHECK(frequencies.used > 1);
  const std::array<Encoded, kMaxTokens> table = MakeEncoded(frequencies);
  std::array<std::uint32_t, 4> states;
  states.fill(kLowerBound);
  const std::size_t state_count = StatesFor(tokens.size());
  std::vector<std::uint16_t> words(tokens.size());
  std::uint16_t* word = words.data();
  std::size_t i = tokens.size();
  for (; i % state_count != 0; --i)
    word = PutToken(table[tokens[i - 1]], states[(i - 1) % 4], word);
  for (; i > 0 && state_count == 4; i -= 4) {
    for (std::size_t k = 4; k-- > 0;) word = PutToken(table[tokens[i - 4 + k]], states[k], word);
  }
  for (; i > 0; --i) word = PutToken(table[tokens[i - 1]], states[0], word);
  words.resize(static_cast<std::size_t>(word - words.data()));
  for (std::size_t k = 0; k < state_count; ++k) PutFixed(out, states[k]);
  const std::size_t at = out.size();
  out.resize(at + words.size() * kWordBytes);
  std::reverse(words.begin(), words.end());
  const ByteView bytes = std::as_bytes(std::span(words));
  std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
}

bool DecodeTokens(ByteReader& in, const TokenFrequencies& frequencies,
                  std::span<std::uint8_t> out) {
  BEDPLATE_CHECK(frequencies.used > 1);
  SlotTable slots;
  FillSlots(frequencies, slots);
  std::array<std::uint32_t, 4> states;
  states.fill(kLowerBound);
  const std::size_t state_count = StatesFor(out.size());
  for (std::size_t i = 0; i < state_count; ++i) states[i] = in.Fixed<std::uint32_t>();
  if (!in.ok()) return false;
  std::size_t i = state_count == 4 ? DecodeGroups(slots, states, in, out) : 0;
  for (; i < out.size(); ++i) {
    std::uint32_t& state = states[i % state_count];
    out[i] = TakeToken(slots, state);
    if (!RenewChecked(state, in)) return false;
  }
  return std::all_of(states.begin(), states.end(),
                     [](std::uint32_t state) { return state == kLowerBound; });
}

}  // namespace bedplate::historian
