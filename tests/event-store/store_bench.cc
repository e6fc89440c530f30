// What the event store costs, beside a raw append with fdatasync on the same disk in the same run:
//   ingest          items through one Ingest stream over a Unix socket until durable
//   hand-over       QueueBxml until the held webhook's outcome was read
//   state           PutState until durable, and until a WatchState stream was told
//   growth          each operation at 10^3, 10^5 and 10^6 stored events
// Usage: event_store_bench [greatest number of stored events, 1000000]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "event-store/app.h"
#include "event-store/sqlite/sqlite_store.h"
#include "tests/event-store/grpc/ingest_client.h"
#include "tests/event-store/support.h"
#include "tests/support/child_process.h"

namespace bw::event_store::testing {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds kRunTime{6};
constexpr std::size_t kPayloadBytes = 500;

class Latencies {
 public:
  void Add(SteadyClock::duration took) {
    us_.push_back(std::chrono::duration<double, std::micro>(took).count());
  }
  double At(double quantile) {
    if (us_.empty()) return 0;
    const auto place = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(us_.size() - 1));
    std::nth_element(us_.begin(), us_.begin() + place, us_.end());
    return us_[static_cast<std::size_t>(place)];
  }
  void Add(const Latencies& others) { us_.insert(us_.end(), others.us_.begin(), others.us_.end()); }
  std::size_t count() const { return us_.size(); }

 private:
  std::vector<double> us_;
};

void Print(const std::string& what, double per_second, Latencies& latencies) {
  std::printf("%-44s %9.0f/s  p50 %8.0f us  p99 %8.0f us\n", what.c_str(), per_second,
              latencies.At(0.5), latencies.At(0.99));
  std::fflush(stdout);
}

double Seconds(SteadyClock::duration took) { return std::chrono::duration<double>(took).count(); }

double RawAppend(const std::string& folder) {
  const int fd = ::open((folder + "/raw").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::string bytes(kPayloadBytes, 'x');
  Latencies latencies;
  const auto started = SteadyClock::now();
  while (SteadyClock::now() - started < std::chrono::seconds(2)) {
    const auto begin = SteadyClock::now();
    if (::write(fd, bytes.data(), bytes.size()) < 0 || ::fdatasync(fd) != 0) std::abort();
    latencies.Add(SteadyClock::now() - begin);
  }
  const double rate =
      static_cast<double>(latencies.count()) / Seconds(SteadyClock::now() - started);
  ::close(fd);
  Print("yardstick: append 500 B + fdatasync", rate, latencies);
  return rate;
}

v1::IngestItem BenchItem(std::uint64_t id, bool voice, const std::string& run) {
  v1::IngestItem item =
      voice ? VoiceItem(id, run + std::to_string(id), "c-" + run + std::to_string(id / 8), 0)
            : MessageItem(id, run + std::to_string(id));
  v1::Event& event =
      voice ? *item.mutable_voice()->mutable_event() : *item.mutable_plain()->mutable_event();
  event.set_from("+1555" + std::to_string(1'000'000 + id / 8 * 7919 % 8'999'999));
  event.set_payload_json(std::string(kPayloadBytes, 'p'));
  return item;
}

void Ingest(const std::string& address, int in_flight, bool voice, double yardstick) {
  IngestClient client(rpc::Connect(address));
  const std::string run = std::to_string(in_flight) + (voice ? "v" : "m");
  std::unordered_map<std::uint64_t, SteadyClock::time_point> sent;
  std::uint64_t next = 0;
  const auto send = [&](int count) {
    v1::IngestRequest request;
    const auto now = SteadyClock::now();
    for (int i = 0; i < count; ++i, ++next) {
      *request.add_items() = BenchItem(next, voice, run);
      sent.emplace(next, now);
    }
    client.Send(request);
  };
  Latencies latencies;
  const auto started = SteadyClock::now();
  send(in_flight);
  v1::IngestResponse response;
  while (!sent.empty() && client.Read(&response)) {
    const auto now = SteadyClock::now();
    for (const v1::IngestOutcome& one : response.outcomes()) {
      if (one.code() != 0) std::printf("failed: %s\n", one.error().c_str());
      const auto found = sent.find(one.correlation_id());
      latencies.Add(now - found->second);
      sent.erase(found);
    }
    if (now - started < kRunTime) send(response.outcomes_size());
  }
  const double rate =
      static_cast<double>(latencies.count()) / Seconds(SteadyClock::now() - started);
  char what[80];
  std::snprintf(what, sizeof what, "ingest %s, %d in flight (%.1f x yardstick)",
                voice ? "voice" : "messages", in_flight, rate / yardstick);
  Print(what, rate, latencies);
}

void HandOver(const std::string& address, int rounds) {
  const auto channel = rpc::Connect(address);
  const auto stub = v1::EventStore::NewStub(channel);
  IngestClient client(channel);
  Latencies latencies;
  const auto started = SteadyClock::now();
  for (int i = 0; i < rounds; ++i) {
    const auto id = static_cast<std::uint64_t>(2 * i + 1);
    const std::string call = "hand-" + std::to_string(i);
    client.Send(VoiceItem(id, call, call, 30'000));
    v1::GetCallRequest get;
    get.set_tenant("default");
    get.set_call_id(call);
    v1::GetCallResponse state;
    do {
      grpc::ClientContext context;
      (void)stub->GetCall(&context, get, &state);
    } while (!state.call().webhook_held());
    v1::QueueBxmlRequest request;
    request.set_tenant("default");
    request.set_call_id(call);
    request.set_bxml("<Response><SpeakSentence>Hello</SpeakSentence></Response>");
    SteadyClock::time_point heard;
    const auto asked = SteadyClock::now();
    std::thread queueing([&] {
      grpc::ClientContext context;
      v1::QueueBxmlResponse queued;
      (void)stub->QueueBxml(&context, request, &queued);
    });
    const v1::IngestOutcome outcome = client.Wait(id);
    heard = SteadyClock::now();
    queueing.join();
    latencies.Add(heard - asked);
    client.Send(DeliveredItem(id + 1, call, call, outcome.receipt_id(), true));
    client.Wait(id + 1);
  }
  const double rate = rounds / Seconds(SteadyClock::now() - started);
  Print("hand-over: QueueBxml -> held outcome read", rate, latencies);
}

v1::PutStateRequest BenchState(int key) {
  v1::PutStateRequest request;
  request.set_tenant("default");
  request.set_key("session/" + std::to_string(key) + "/level");
  request.set_value("warning");
  return request;
}

// Puts one value after the other until `end`.
class StatePutter {
 public:
  StatePutter(v1::EventStore::Stub& stub, int key, SteadyClock::time_point end)
      : stub_(stub), request_(BenchState(key)), end_(end) {}
  void Start() {
    context_ = std::make_unique<grpc::ClientContext>();
    begin_ = SteadyClock::now();
    stub_.async()->PutState(context_.get(), &request_, &response_, [this](grpc::Status status) {
      if (!status.ok()) std::printf("failed: %s\n", status.error_message().c_str());
      const auto now = SteadyClock::now();
      latencies_.Add(now - begin_);
      if (now < end_) return Start();
      over_.set_value();
    });
  }
  const Latencies& Await() {
    over_.get_future().get();
    return latencies_;
  }

 private:
  v1::EventStore::Stub& stub_;
  const v1::PutStateRequest request_;
  const SteadyClock::time_point end_;
  std::unique_ptr<grpc::ClientContext> context_;
  v1::PutStateResponse response_;
  SteadyClock::time_point begin_;
  Latencies latencies_;
  std::promise<void> over_;
};

void PutState(const std::string& address, int in_flight, double yardstick) {
  const auto stub = v1::EventStore::NewStub(rpc::Connect(address));
  const auto started = SteadyClock::now();
  std::vector<std::unique_ptr<StatePutter>> putters;
  for (int i = 0; i < in_flight; ++i) {
    putters.push_back(std::make_unique<StatePutter>(*stub, i, started + kRunTime));
    putters.back()->Start();
  }
  Latencies latencies;
  for (const auto& putter : putters) latencies.Add(putter->Await());
  const double rate =
      static_cast<double>(latencies.count()) / Seconds(SteadyClock::now() - started);
  char what[80];
  std::snprintf(what, sizeof what, "PutState, %d in flight (%.1f x yardstick)", in_flight,
                rate / yardstick);
  Print(what, rate, latencies);
}

void WatchState(const std::string& address, int rounds) {
  const auto stub = v1::EventStore::NewStub(rpc::Connect(address));
  grpc::ClientContext watching;
  const auto stream = stub->WatchState(&watching, v1::WatchStateRequest());
  v1::WatchStateResponse told;
  while (!told.current() && stream->Read(&told)) {
  }
  Latencies latencies;
  const auto started = SteadyClock::now();
  for (int i = 0; i < rounds; ++i) {
    const v1::PutStateRequest request = BenchState(i);
    const auto begin = SteadyClock::now();
    std::thread putting([&] {
      grpc::ClientContext context;
      v1::PutStateResponse response;
      (void)stub->PutState(&context, request, &response);
    });
    if (!stream->Read(&told)) std::printf("failed: the watch ended\n");
    latencies.Add(SteadyClock::now() - begin);
    putting.join();
  }
  Print("PutState -> read by a watcher", rounds / Seconds(SteadyClock::now() - started), latencies);
  watching.TryCancel();
  (void)stream->Finish();
}

// --- growth
// ---------------------------------------------------------------------------------------

class Grown {
 public:
  explicit Grown(const std::string& folder) {
    SqliteOptions options;
    options.data_dir = folder;
    store_ = *SqliteStore::Open(options, SystemClock(), telemetry_, listener_);
  }

  void FillTo(std::uint64_t events) {
    constexpr std::uint64_t kBatch = 256;
    while (next_ < events) {
      const std::uint64_t count = std::min(kBatch, events - next_);
      std::vector<std::future<void>> answers;
      for (std::uint64_t i = 0; i < count; ++i) answers.push_back(AppendNext());
      for (auto& answer : answers) answer.get();
    }
  }

  double AppendBatches() {
    return Measure(100,
                   [this](int) {
                     std::vector<std::future<void>> answers;
                     for (int i = 0; i < 64; ++i) answers.push_back(AppendNext());
                     for (auto& answer : answers) answer.get();
                   }) /
           64;
  }
  double List(EventFilter filter, bool newest) {
    EventsRequest request;
    request.tenant = "default";
    request.filter = std::move(filter);
    request.limit = 100;
    if (newest && next_ > 200) request.after_seq = next_ - 200;
    return Measure(200, [&](int) {
      (void)*Await<EventPage>(
          [&](auto done) { store_->Reader().ListEvents(request, std::move(done)); });
    });
  }
  double GetCall() {
    return Measure(200, [this](int i) {
      (void)Await<Call>([&](auto done) {
        store_->Reader().GetCall("default", CallOf(static_cast<std::uint64_t>(i) * 7919 % next_),
                                 std::move(done));
      });
    });
  }
  double ListCalls(CallsRequest request) {
    request.tenant = "default";
    return Measure(100, [&](int) {
      (void)*Await<CallPage>(
          [&](auto done) { store_->Reader().ListCalls(request, std::move(done)); });
    });
  }
  double Queue() {
    return Measure(100, [this](int i) {
      (void)*Await<QueueResult>([&](auto done) {
        store_->QueueBxml({"default",
                           "q" + std::to_string(next_) + "-" + std::to_string(i),
                           "<Response/>",
                           "",
                           {}},
                          std::move(done));
      });
    });
  }
  double EvictBatch() {
    RetentionLimits limits;
    limits.max_events = static_cast<std::int64_t>(next_);
    limits.max_calls = 0;
    const double us = Measure(5, [&](int) {
      limits.max_events -= 128;
      (void)*Await<EvictResult>([&](auto done) { store_->Evict(limits, std::move(done)); });
    });
    return us / 128;
  }

 private:
  static std::string CallOf(std::uint64_t number) { return "c-" + std::to_string(number / 8); }

  std::future<void> AppendNext() {
    const std::uint64_t number = next_++;
    Event event = number % 2 == 0
                      ? MakeEvent("v" + std::to_string(number), "gather", CallOf(number))
                      : MakeMessage("m" + std::to_string(number));
    event.message_id = number % 2 == 0 ? "" : "m-" + std::to_string(number);
    event.from = "+1555" + std::to_string(1'000'000 + number / 8 * 7919 % 8'999'999);
    event.payload_json = std::string(kPayloadBytes, 'p');
    auto answered = std::make_shared<std::promise<void>>();
    auto answer = answered->get_future();
    AppendRequest request = number % 2 == 0 ? Voice(event, true, false) : Plain(event);
    store_->Append(std::move(request), [answered](const StatusOr<AppendResult>& result) {
      if (!result.ok()) std::printf("failed: %s\n", ToString(result.status()).c_str());
      answered->set_value();
    });
    return answer;
  }

  // The median in microseconds.
  static double Measure(int times, const std::function<void(int)>& run) {
    Latencies latencies;
    for (int i = 0; i < times; ++i) {
      const auto begin = SteadyClock::now();
      run(i);
      latencies.Add(SteadyClock::now() - begin);
    }
    return latencies.At(0.5);
  }

  NoTelemetry telemetry_;
  RecordingListener listener_;
  std::unique_ptr<SqliteStore> store_;
  std::uint64_t next_ = 0;
};

void Growth(const std::string& folder, std::uint64_t greatest) {
  struct Row {
    const char* what;
    std::function<double(Grown&)> run;
  };
  const Row rows[] = {
      {"append, 64 in flight, each", [](Grown& g) { return g.AppendBatches(); }},
      {"QueueBxml, alone", [](Grown& g) { return g.Queue(); }},
      {"GetCall", [](Grown& g) { return g.GetCall(); }},
      {"ListCalls, 50 newest", [](Grown& g) { return g.ListCalls({}); }},
      {"ListCalls by own number",
       [](Grown& g) { return g.ListCalls({.phone_number = "+15550100002"}); }},
      {"ListCalls by caller",
       [](Grown& g) { return g.ListCalls({.phone_number = "+15551000000"}); }},
      {"ListEvents, newest", [](Grown& g) { return g.List({}, true); }},
      {"ListEvents from the beginning", [](Grown& g) { return g.List({}, false); }},
      {"ListEvents by call", [](Grown& g) { return g.List({.call_id = "c-7"}, false); }},
      {"ListEvents by message", [](Grown& g) { return g.List({.message_id = "m-9"}, false); }},
      {"ListEvents by rare number",
       [](Grown& g) { return g.List({.phone_number = "+15551000000"}, false); }},
      {"ListEvents by own number and type",
       [](Grown& g) {
         return g.List({.types = {"message-received"}, .phone_number = "+15550100002"}, true);
       }},
      {"ListEvents since a time in the middle",
       [](Grown& g) { return g.List({.since_ms = SystemClock().NowMs() - 2}, false); }},
      {"evict, each of a batch of 128", [](Grown& g) { return g.EvictBatch(); }},
  };
  std::vector<std::uint64_t> sizes;
  for (const std::uint64_t size : {1'000ULL, 100'000ULL, 1'000'000ULL}) {
    if (size <= greatest) sizes.push_back(size);
  }
  std::vector<std::vector<double>> results(std::size(rows));
  for (const std::uint64_t size : sizes) {
    Grown grown(folder + "/grown-" + std::to_string(size));
    grown.FillTo(size);
    for (std::size_t i = 0; i < std::size(rows); ++i) results[i].push_back(rows[i].run(grown));
  }
  std::printf("\n%-44s", "median us at stored events:");
  for (const std::uint64_t size : sizes)
    std::printf(" %10llu", static_cast<unsigned long long>(size));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    std::printf("\n%-44s", rows[i].what);
    for (const double us : results[i]) std::printf(" %10.1f", us);
  }
  std::printf("\n");
}

int Run(std::uint64_t greatest) {
  log::SetLevel(log::Level::kWarning);
  const testing_support::TemporaryFolder folder;
  const double yardstick = RawAppend(folder.path());
  {
    Config config;
    config.listen = "unix:" + folder.path() + "/socket";
    config.data_dir = folder.path() + "/data";
    config.admin_port = -1;
    auto app = App::Start(config);
    if (!app.ok()) {
      std::printf("%s\n", ToString(app.status()).c_str());
      return 1;
    }
    for (const int in_flight : {64, 512}) Ingest(config.listen, in_flight, false, yardstick);
    for (const int in_flight : {64, 512}) Ingest(config.listen, in_flight, true, yardstick);
    HandOver(config.listen, 1000);
    PutState(config.listen, 64, yardstick);
    WatchState(config.listen, 1000);
  }
  if (greatest > 0) Growth(folder.path(), greatest);
  return 0;
}

}  // namespace
}  // namespace bw::event_store::testing

int main(int argc, char** argv) {
  const std::uint64_t greatest = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  return bw::event_store::testing::Run(greatest);
}
