// A source against servers in this process which answer well, badly or not at all.

#include "connectors/modbus/modbus_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/modbus/register_bank.h"

namespace bedplate::modbus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using Fault = AnswerManner::Fault;

constexpr seconds kPatience(20);  // nothing that works takes so long

bool WaitUntil(const std::function<bool()>& is_true) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (is_true()) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

/// Keeps what a source says.
class TestPort final : public SourcePort {
 public:
  void Deliver(Delivery delivery) override {
    const std::lock_guard lock(mutex_);
    bytes_ += delivery.bytes;
    for (const PathBatch& batch : delivery.batches) {
      for (std::size_t i = 0; i < batch.samples.size(); ++i) {
        samples_[batch.path].push_back(batch.samples.At(i));
      }
    }
    for (const DeadLetter& letter : delivery.letters) {
      letters_.push_back(letter.code + " " + letter.tag);
    }
  }
  [[nodiscard]] bool HasRoom() const override { return has_room; }
  void Connected() override { ++connections; }
  void Alive() override { is_alive = true; }
  void NotePart(std::string_view part, Status status) override {
    const std::lock_guard lock(mutex_);
    if (status.ok()) {
      parts_.erase(std::string(part));
    } else {
      parts_[std::string(part)] = status.error().ToString();
    }
  }

  std::size_t CountOf(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto known = samples_.find(path);
    return known == samples_.end() ? 0 : known->second.size();
  }
  Sample LastOf(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return samples_.at(path).back();
  }
  std::vector<std::string> letters() {
    const std::lock_guard lock(mutex_);
    return letters_;
  }
  std::map<std::string, std::string> parts() {
    const std::lock_guard lock(mutex_);
    return parts_;
  }
  std::uint64_t bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

  std::atomic<bool> has_room = true;
  std::atomic<int> connections = 0;
  std::atomic<bool> is_alive = false;

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<Sample>> samples_;
  std::vector<std::string> letters_;
  std::map<std::string, std::string> parts_;
  std::uint64_t bytes_ = 0;
};

class NoSecrets final : public SecretReader {
 public:
  Result<std::string> Read(std::string_view name) const override {
    return Error(ErrorCode::kNotFound, std::string(name));
  }
};

class ModbusSourceTest : public testing::Test {
 protected:
  ~ModbusSourceTest() override {
    stop_.request_stop();
    if (running_.valid()) running_.wait();
  }

  /// A port at which `bank` answers.
  std::uint16_t Serve(RegisterBank& bank) {
    const auto port = server_->Serve("127.0.0.1", 0, bank);
    EXPECT_TRUE(port.ok());
    return port.ok() ? *port : 0;
  }

  /// `fields` stand beside the url; registers go to `p/{port}/{unit}/{name}`.
  void Configure(const std::vector<std::uint16_t>& ports, const std::string& fields) {
    const std::string url = ports.size() == 1
                                ? fmt::format("tcp://127.0.0.1:{}", ports[0])
                                : fmt::format("tcp://127.0.0.1:{{{}}}", fmt::join(ports, ","));
    YamlFaults faults("plant.yaml");
    SourceSpec spec;
    spec.name = "meters";
    spec.kind = "modbus";
    spec.settings = ParseYaml(fmt::format("url: '{}'\n{}", url, fields), faults);
    auto settings = ReadModbusSettings(spec, faults);
    for (const YamlFault& fault : faults.list()) ADD_FAILURE() << fault.ToString();
    ASSERT_TRUE(settings);
    source_ = std::make_unique<ModbusSource>(*std::move(settings));
  }
  void Start() {
    running_ = std::async(std::launch::async, [this] {
      return source_->Run({port_, clock_, secrets_, stop_.get_token()});
    });
  }
  /// What Run returned.
  Status Stop() {
    stop_.request_stop();
    return Ended();
  }
  Status Ended() {
    if (running_.wait_for(kPatience) == std::future_status::ready) return running_.get();
    return Error(ErrorCode::kDeadlineExceeded, "it does not end");
  }
  bool WaitForSamples(const std::string& path, std::size_t count) {
    return WaitUntil([&] { return port_.CountOf(path) >= count; });
  }

  static std::string One(std::uint16_t port, int unit = 1) {
    return fmt::format("p/{}/{}/x", port, unit);
  }

  static constexpr const char* kOneRegister =
      "interval: 10ms\n"
      "timeout: 60s\n"
      "registers: [{name: x, at: hr:0, to: 'p/{port}/{unit}/{name}'}]\n";

  SystemClock clock_;
  NoSecrets secrets_;
  TestPort port_;
  std::stop_source stop_;
  std::optional<ModbusServer> server_{std::in_place};
  std::unique_ptr<ModbusSource> source_;
  std::future<Status> running_;
};

TEST_F(ModbusSourceTest, ValuesOfAllTablesArriveInOneRequestEach) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 0x2000);  // 123456.0 as cdab
  bank.Set(1, Table::kHoldingRegisters, 1, 0x47F1);
  for (std::uint16_t i = 2; i < 6; ++i) bank.Set(1, Table::kHoldingRegisters, i, 0x8000);
  bank.Set(1, Table::kInputRegisters, 9, 500);
  bank.Set(1, Table::kCoils, 3, 1);
  bank.Set(1, Table::kDiscreteInputs, 4, 0);
  const std::uint16_t port = Serve(bank);
  Configure({port}, R"(
interval: 1h
registers:
  - {name: f, at: hr:0, type: f32, order: cdab, to: p/f}
  - {name: bad, at: hr:5, type: i16, invalid: 0x8000, to: p/bad}
  - {name: t, at: 30010, scale: 0.1, unit: degC, to: p/t}
  - {name: c, at: co:3, to: p/c}
  - {name: d, at: di:4, to: p/d}
)");
  const Timestamp before = clock_.Now();
  Start();
  for (const char* const path : {"p/f", "p/bad", "p/t", "p/c", "p/d"}) {
    ASSERT_TRUE(WaitForSamples(path, 1)) << path;
    EXPECT_GE(port_.LastOf(path).time, before);
    EXPECT_LE(port_.LastOf(path).time, clock_.Now());
  }
  EXPECT_TRUE(Stop().ok());
  EXPECT_EQ(port_.LastOf("p/f").value, Value(123456.0));
  EXPECT_EQ(port_.LastOf("p/bad").value, Value(std::int64_t{-32768}));
  EXPECT_EQ(port_.LastOf("p/bad").quality, kBad);
  EXPECT_EQ(port_.LastOf("p/t").value, Value(50.0));
  EXPECT_EQ(port_.LastOf("p/c").value, Value(true));
  EXPECT_EQ(port_.LastOf("p/d").value, Value(false));
  EXPECT_EQ(server_->requests(), 4U);
  EXPECT_EQ(port_.connections, 1);
  EXPECT_EQ(source_->counts().answers, 4U);
  EXPECT_EQ(port_.bytes(), 21U + 11U + 10U + 10U);
}

TEST_F(ModbusSourceTest, DevicesThatAnswerBadlyDoNotSlowTheirNeighbours) {
  const std::pair<Fault, milliseconds> bad[] = {
      {Fault::kSilence, {}}, {Fault::kTrickle, seconds(3600)}, {Fault::kReset, {}},
      {Fault::kCut, {}},     {Fault::kWrongTransaction, {}},   {Fault::kNotModbus, {}}};
  std::vector<std::unique_ptr<RegisterBank>> banks;
  std::vector<std::uint16_t> ports;
  for (const auto& [fault, delay] : bad) {
    banks.push_back(std::make_unique<RegisterBank>());
    banks.back()->SetManner(1, {fault, delay});
    ports.push_back(Serve(*banks.back()));
    banks.back()->Set(1, Table::kHoldingRegisters, 0, 1);
  }
  RegisterBank good;
  good.Set(1, Table::kHoldingRegisters, 0, 42);
  ports.push_back(Serve(good));
  Configure(ports, kOneRegister);
  Start();
  ASSERT_TRUE(WaitForSamples(One(ports.back()), 50));
  EXPECT_LE(banks[0]->reads(1), 1U) << "the first request to it still waits";
  EXPECT_LE(banks[1]->reads(1), 1U);
  ASSERT_TRUE(WaitUntil([&] { return port_.parts().size() >= 4; })) << "the other four are named";
  EXPECT_THAT(port_.parts().at(fmt::format("127.0.0.1:{}", ports[5])), HasSubstr("not Modbus"));
  for (std::size_t i = 0; i + 1 < ports.size(); ++i) EXPECT_EQ(port_.CountOf(One(ports[i])), 0U);
  EXPECT_TRUE(Stop().ok()) << "though two requests have no answer yet";
}

TEST_F(ModbusSourceTest, ASilentUnitIsAskedThreeTimesAndThenLeavesTheLineToTheOthers) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 1);
  bank.Set(2, Table::kHoldingRegisters, 0, 2);
  bank.SetManner(2, {.fault = Fault::kSilence});
  const std::uint16_t port = Serve(bank);
  Configure({port}, R"(
unit: "{1..2}"
interval: 10ms
timeout: 200ms
registers: [{name: x, at: hr:0, to: 'p/{port}/{unit}/{name}'}]
)");
  Start();
  const std::string part = fmt::format("127.0.0.1:{} unit 2", port);
  ASSERT_TRUE(WaitUntil([&] { return port_.parts().contains(part); }));
  const std::size_t before = port_.CountOf(One(port, 1));
  ASSERT_TRUE(WaitForSamples(One(port, 1), before + 100));
  EXPECT_EQ(bank.reads(2), 3U);
  EXPECT_EQ(port_.parts().size(), 1U) << "the gateway works";
  EXPECT_TRUE(Stop().ok());
}

TEST_F(ModbusSourceTest, AGatewayThatSaysNobodyIsThereCountsAsSilence) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 1);
  const std::uint16_t port = Serve(bank);
  Configure({port}, R"(
unit: "{1,9}"
interval: 10ms
registers: [{name: x, at: hr:0, to: 'p/{port}/{unit}/{name}'}]
)");
  Start();
  const std::string part = fmt::format("127.0.0.1:{} unit 9", port);
  ASSERT_TRUE(WaitUntil([&] { return port_.parts().contains(part); }));
  EXPECT_THAT(port_.parts().at(part), HasSubstr("exception 11"));
  EXPECT_TRUE(Stop().ok());
  EXPECT_EQ(source_->counts().exceptions, 3U);
}

TEST_F(ModbusSourceTest, MissingRegistersAreLettersOnceAndTheirNeighboursAreRead) {
  RegisterBank bank;
  for (std::uint16_t i = 0; i < 40; ++i) {
    if (i != 11 && i != 30) bank.Set(1, Table::kHoldingRegisters, i, i);
  }
  const std::uint16_t port = Serve(bank);
  std::string fields = "interval: 10ms\nregisters:\n";
  for (int i = 0; i < 40; ++i) {
    fields += fmt::format("  - {{name: r{0}, at: hr:{0}, to: p/r{0}}}\n", i);
  }
  Configure({port}, fields);
  Start();
  for (int i = 0; i < 40; ++i) {
    if (i == 11 || i == 30) continue;
    ASSERT_TRUE(WaitForSamples(fmt::format("p/r{}", i), 20)) << i;
    EXPECT_EQ(port_.LastOf(fmt::format("p/r{}", i)).value, Value(std::int64_t{i}));
  }
  EXPECT_TRUE(Stop().ok());
  EXPECT_THAT(port_.letters(),
              testing::UnorderedElementsAre("no-such-register p/r11", "no-such-register p/r30"));
  EXPECT_EQ(port_.CountOf("p/r11"), 0U);
  EXPECT_TRUE(port_.parts().empty());
  EXPECT_TRUE(port_.is_alive);
}

TEST_F(ModbusSourceTest, ABusyDeviceIsAskedAgain) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 7);
  bank.SetException(1, ExceptionCode::kBusy);
  const std::uint16_t port = Serve(bank);
  Configure({port}, kOneRegister);
  Start();
  const std::string part = fmt::format("127.0.0.1:{} unit 1", port);
  ASSERT_TRUE(WaitUntil([&] { return port_.parts().contains(part); }));
  EXPECT_THAT(port_.parts().at(part), HasSubstr("device busy"));
  bank.SetException(1, std::nullopt);
  ASSERT_TRUE(WaitForSamples(One(port), 1));
  EXPECT_TRUE(port_.parts().empty());
  EXPECT_TRUE(port_.letters().empty());
}

/// Resets the connection at every so many requests.
class RestlessDevice final : public ServedDevice {
 public:
  explicit RestlessDevice(int period) : period_(period) {}

  std::variant<Bytes, ExceptionCode> Read(const ReadRequest& request) override {
    return Bytes(DataBytes(request.table, request.count));
  }
  AnswerManner MannerOf(const ReadRequest& /*request*/) override {
    return {.fault = ++requests_ % period_ == 0 ? Fault::kReset : Fault::kNone};
  }

 private:
  const int period_;
  int requests_ = 0;
};

TEST_F(ModbusSourceTest, ADeviceThatClosesNowAndThenIsConnectedAgain) {
  RestlessDevice device(10);
  const auto port = server_->Serve("127.0.0.1", 0, device);
  ASSERT_TRUE(port.ok());
  Configure({*port}, kOneRegister);
  Start();
  ASSERT_TRUE(WaitForSamples(One(*port), 30));
  EXPECT_TRUE(port_.parts().empty());
  EXPECT_EQ(port_.connections, 1) << "of the source, which never was without its device";
  EXPECT_TRUE(Stop().ok());
  EXPECT_GE(source_->counts().connections_lost, 3U);
  server_.reset();  // before the device
}

TEST_F(ModbusSourceTest, AReadThatLostItsConnectionIsRepeatedAtOnce) {
  RestlessDevice device(2);
  const auto port = server_->Serve("127.0.0.1", 0, device);
  ASSERT_TRUE(port.ok());
  Configure({*port}, R"(
interval: 1h
registers:
  - {name: first, at: hr:0, to: p/first}
  - {name: second, at: hr:1000, to: p/second}
)");
  Start();
  EXPECT_TRUE(WaitForSamples("p/first", 1));
  EXPECT_TRUE(WaitForSamples("p/second", 1)) << "and not in an hour";
  EXPECT_TRUE(Stop().ok());
  EXPECT_EQ(source_->counts().connections_lost, 1U);
  server_.reset();  // before the device
}

TEST_F(ModbusSourceTest, ItEndsWithTheReasonWhenNobodyAnswersAndStartsAgain) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 7);
  const std::uint16_t port = Serve(bank);
  server_.reset();
  Configure({port}, kOneRegister);
  Start();
  const Status ended = Ended();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(ended.error().ToString(), HasSubstr(fmt::format("127.0.0.1:{}", port)));
  EXPECT_EQ(port_.connections, 0);

  server_.emplace();
  ASSERT_TRUE(server_->Serve("127.0.0.1", port, bank).ok());
  Start();
  EXPECT_TRUE(WaitForSamples(One(port), 3));
  EXPECT_TRUE(Stop().ok());
}

TEST_F(ModbusSourceTest, ADeviceThatTakesConnectionsAndSaysNothingIsNotConnected) {
  RegisterBank bank;
  bank.SetManner(1, {.fault = Fault::kSilence});
  const std::uint16_t port = Serve(bank);
  Configure({port}, R"(
interval: 10ms
timeout: 20ms
registers: [{name: x, at: hr:0, to: p/x}]
)");
  Start();
  const Status ended = Ended();
  ASSERT_FALSE(ended.ok());
  EXPECT_THAT(ended.error().ToString(), HasSubstr("no answer in time"));
  EXPECT_EQ(port_.connections, 0);
  EXPECT_EQ(source_->counts().timeouts, 3U);
}

TEST_F(ModbusSourceTest, OneOfSeveralThatIsThereKeepsTheSourceRunning) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 7);
  const std::uint16_t here = Serve(bank);
  std::uint16_t away = 0;
  {
    ModbusServer other;
    away = *other.Serve("127.0.0.1", 0, bank);
  }
  Configure({away, here}, kOneRegister);
  Start();
  const std::string part = fmt::format("127.0.0.1:{}", away);
  ASSERT_TRUE(WaitUntil([&] { return port_.parts().contains(part); }));
  ASSERT_TRUE(WaitForSamples(One(here), 20));
  ASSERT_TRUE(server_->Serve("127.0.0.1", away, bank).ok());
  ASSERT_TRUE(WaitForSamples(One(away), 1)) << "it comes back by itself";
  EXPECT_TRUE(port_.parts().empty());
  EXPECT_TRUE(Stop().ok());
}

TEST_F(ModbusSourceTest, NothingIsReadWhileTheStoresAreBehind) {
  RegisterBank bank;
  bank.Set(1, Table::kHoldingRegisters, 0, 7);
  const std::uint16_t port = Serve(bank);
  Configure({port}, kOneRegister);
  port_.has_room = false;
  Start();
  ASSERT_TRUE(WaitUntil([&] { return source_->counts().skipped >= 20; }));
  EXPECT_EQ(server_->requests(), 0U);
  port_.has_room = true;
  EXPECT_TRUE(WaitForSamples(One(port), 3));
  EXPECT_TRUE(Stop().ok());
}

TEST_F(ModbusSourceTest, AStopBeforeTheStartIsASuccess) {
  RegisterBank bank;
  Configure({Serve(bank)}, kOneRegister);
  stop_.request_stop();
  Start();
  EXPECT_TRUE(Ended().ok());
}

}  // namespace
}  // namespace bedplate::modbus
