#include "event-store/sqlite/sqlite_store.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "event-store/sqlite/schema.h"
#include "event-store/sqlite/steps.h"
#include "tests/event-store/store_contract.h"
#include "tests/support/child_process.h"

namespace bw::event_store::testing {
namespace {

using testing_support::TemporaryFolder;

std::unique_ptr<SqliteStore> OpenOrDie(const SqliteOptions& options, const Clock& clock,
                                       Telemetry& telemetry, StoreListener& listener) {
  auto store = SqliteStore::Open(options, clock, telemetry, listener);
  EXPECT_TRUE(store.ok()) << ToString(store.status());
  return store.ok() ? *std::move(store) : nullptr;
}

class FileBackend {
 public:
  static constexpr bool kOutlivesProcess = true;
  std::unique_ptr<Store> Open(const Clock& clock, Telemetry& telemetry, StoreListener& listener) {
    SqliteOptions options;
    options.data_dir = folder_.path() + "/made/by/open";
    return OpenOrDie(options, clock, telemetry, listener);
  }

 private:
  TemporaryFolder folder_;
};

class MemoryBackend {
 public:
  static constexpr bool kOutlivesProcess = false;
  std::unique_ptr<Store> Open(const Clock& clock, Telemetry& telemetry, StoreListener& listener) {
    SqliteOptions options;
    options.data_dir = ":memory:";
    return OpenOrDie(options, clock, telemetry, listener);
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(SqliteFile, StoreContract, FileBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(SqliteMemory, StoreContract, MemoryBackend);

class SqliteStoreTest : public ::testing::Test {
 protected:
  StatusOr<std::unique_ptr<SqliteStore>> Open() {
    SqliteOptions options = options_;
    options.data_dir = folder_.path();
    return SqliteStore::Open(options, clock_, telemetry_, listener_);
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  NoTelemetry telemetry_;
  RecordingListener listener_;
  SqliteOptions options_;
};

TEST_F(SqliteStoreTest, OneProcessOwnsADataFolder) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  const auto second = Open();
  EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(second.status()).find(folder_.path()), std::string_view::npos);
  first->reset();
  EXPECT_TRUE(Open().ok());
}

TEST_F(SqliteStoreTest, ADamagedFileIsNamed) {
  std::ofstream(folder_.path() + "/events.db") << std::string(8192, 'x');
  const auto store = Open();
  EXPECT_EQ(store.status().code(), StatusCode::kDataLoss);
  EXPECT_NE(Message(store.status()).find("events.db"), std::string_view::npos);
}

TEST_F(SqliteStoreTest, DamageInsideIsReportedNotAnswered) {
  {
    auto store = *Open();
    for (int i = 0; i < 200; ++i) {
      Event event = MakeMessage(std::to_string(i));
      event.payload_json = std::string(3000, 'p');
      ASSERT_TRUE(Await<AppendResult>([&](auto done) {
                    store->Append(Plain(event), std::move(done));
                  }).ok());
    }
  }
  {
    std::fstream file(folder_.path() + "/events.db",
                      std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(folder_.path() + "/events.db");
    file.seekp(static_cast<std::streamoff>(size / 2));
    file << std::string(size / 2, '\xff');
  }
  auto store = Open();
  Status status = store.status();
  if (store.ok()) {
    EventsRequest request;
    request.tenant = "default";
    request.limit = 1000;
    status = Await<EventPage>([&](auto done) {
               (*store)->Reader().ListEvents(request, std::move(done));
             }).status();
  }
  EXPECT_EQ(status.code(), StatusCode::kDataLoss) << ToString(status);
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefused) {
  Open()->reset();
  {
    auto connection = *Connection::Open(folder_.path() + "/events.db");
    ASSERT_TRUE(connection->Execute("PRAGMA user_version=99").ok());
  }
  const auto store = Open();
  EXPECT_EQ(store.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(store.status()).find("99"), std::string_view::npos);
}

TEST_F(SqliteStoreTest, AnotherProgramsDatabaseIsRefused) {
  {
    auto connection = *Connection::Open(folder_.path() + "/events.db");
    ASSERT_TRUE(connection->Execute("PRAGMA application_id=77; CREATE TABLE t(a)").ok());
  }
  EXPECT_EQ(Open().status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(SqliteStoreTest, AnUnusableFolderIsNamed) {
  options_.data_dir = folder_.path();
  std::ofstream(folder_.path() + "/file") << "x";
  SqliteOptions options;
  options.data_dir = folder_.path() + "/file/below";
  const auto store = SqliteStore::Open(options, clock_, telemetry_, listener_);
  EXPECT_EQ(store.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(Message(store.status()).find("/file/below"), std::string_view::npos);
}

TEST_F(SqliteStoreTest, AFullDatabaseFailsTheStepAndRecovers) {
  Open()->reset();
  auto connection = *Connection::Open(folder_.path() + "/events.db");
  RecordingListener listener;
  ASSERT_TRUE(connection->Execute("PRAGMA max_page_count=60").ok());
  GroupWriter writer(std::move(connection), {}, clock_, telemetry_, listener);
  ASSERT_TRUE(writer.LoadCounters().ok());
  writer.Start();
  const auto append = [&writer](int i) {
    auto event = std::make_shared<Event>(MakeMessage(std::to_string(i)));
    event->payload_json = std::string(20'000, 'x');
    const AppendRequest request = Plain({});
    std::promise<Status> answer;
    writer.Submit(
        {[event, request](WriteContext& context) { (void)AppendStep(context, request, event); },
         [&answer](const Status& status) { answer.set_value(status); }, 100});
    return answer.get_future().get();
  };
  Status status;
  int kept = 0;
  while (kept < 100 && (status = append(kept)).ok()) ++kept;
  EXPECT_EQ(status.code(), StatusCode::kUnavailable) << ToString(status);
  EXPECT_NE(Message(status).find("full"), std::string_view::npos);
  RetentionLimits limits;
  limits.max_events = 1;
  std::promise<Status> evicted;
  writer.Submit({[&limits](WriteContext& context) { (void)EvictStep(context, limits); },
                 [&evicted](const Status& s) { evicted.set_value(s); }, 1});
  EXPECT_TRUE(evicted.get_future().get().ok());
  EXPECT_TRUE(append(1000).ok());
  writer.Stop();
  EXPECT_EQ(static_cast<int>(listener.Take().events.size()), kept + 1)
      << "what failed was not told";
}

TEST_F(SqliteStoreTest, OneBadStepDoesNotSpoilItsGroup) {
  Open()->reset();
  auto connection = *Connection::Open(folder_.path() + "/events.db");
  RecordingListener listener;
  GroupWriter writer(std::move(connection), {}, clock_, telemetry_, listener);
  ASSERT_TRUE(writer.LoadCounters().ok());
  std::vector<Status> answers(3, Internal("not answered"));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    WriteStep step;
    step.run = [i](WriteContext& context) {
      if (i == 1) Query(context.db, "SELECT no_such_function()").Run();
      auto event = std::make_shared<Event>(MakeMessage(std::to_string(i)));
      (void)AppendStep(context, Plain({}), event);
    };
    step.finish = [&answers, i](const Status& status) { answers[i] = status; };
    writer.Submit(std::move(step));
  }
  writer.Start();
  writer.Stop();
  EXPECT_TRUE(answers[0].ok());
  EXPECT_EQ(answers[1].code(), StatusCode::kInternal);
  EXPECT_TRUE(answers[2].ok());
  EXPECT_EQ(listener.Take().events.size(), 2u);
}

TEST_F(SqliteStoreTest, TheWriteQueueIsBoundedByStepsAndBytes) {
  GroupWriterLimits limits;
  limits.max_queued_steps = 2;
  limits.max_queued_bytes = 100;
  auto connection = *Connection::Open(":memory:");
  ASSERT_TRUE(PrepareSchema(*connection).ok());
  GroupWriter writer(std::move(connection), limits, clock_, telemetry_, listener_);
  std::vector<Status> answers;
  const auto submit = [&](std::size_t bytes) {
    writer.Submit(
        {[](WriteContext&) {}, [&answers](const Status& s) { answers.push_back(s); }, bytes});
  };
  submit(60);
  submit(41);
  ASSERT_EQ(answers.size(), 1u) << "one byte past the limit";
  EXPECT_EQ(answers[0].code(), StatusCode::kResourceExhausted);
  EXPECT_NE(Message(answers[0]).find("bytes"), std::string_view::npos);
  submit(40);
  submit(0);
  ASSERT_EQ(answers.size(), 2u) << "one step past the limit";
  EXPECT_NE(Message(answers[1]).find("steps"), std::string_view::npos);
  writer.Start();
  writer.Stop();
  EXPECT_EQ(answers.size(), 4u);
  EXPECT_TRUE(answers[3].ok());
  submit(1);
  EXPECT_EQ(answers.back().code(), StatusCode::kUnavailable);
}

TEST_F(SqliteStoreTest, TheLogIsRestartedAtItsCap) {
  options_.checkpoint.max_wal_bytes = 1 << 20;
  options_.checkpoint.interval = std::chrono::milliseconds(1);
  auto store = *Open();
  // 40 MB of events in small commits: without the cap the log would grow to that.
  for (int i = 0; i < 400; ++i) {
    Event event = MakeMessage(std::to_string(i));
    event.payload_json = std::string(100'000, 'x');
    ASSERT_TRUE(
        Await<AppendResult>([&](auto done) { store->Append(Plain(event), std::move(done)); }).ok());
  }
  // The file never shrinks while it is open, so its size is the longest the log ever was.
  constexpr std::size_t kOneTransaction = 1u << 20;
  EXPECT_LT(std::filesystem::file_size(folder_.path() + "/events.db-wal"),
            2 * static_cast<std::size_t>(options_.checkpoint.max_wal_bytes) + kOneTransaction);
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/events.db-wal") &&
               std::filesystem::file_size(folder_.path() + "/events.db-wal") > 0)
      << "an orderly stop leaves no log behind";
}

TEST_F(SqliteStoreTest, AReaderWithAnOldSnapshotDelaysButDoesNotStopTheWriter) {
  options_.checkpoint.max_wal_bytes = 1 << 20;
  options_.checkpoint.interval = std::chrono::milliseconds(1);
  auto store = *Open();
  auto reading = *Connection::Open(folder_.path() + "/events.db");
  ASSERT_TRUE(reading->Execute("BEGIN; SELECT count(*) FROM events").ok());
  for (int i = 0; i < 60; ++i) {
    Event event = MakeMessage(std::to_string(i));
    event.payload_json = std::string(100'000, 'x');
    ASSERT_TRUE(
        Await<AppendResult>([&](auto done) { store->Append(Plain(event), std::move(done)); }).ok());
  }
  ASSERT_TRUE(reading->Execute("COMMIT").ok());
}

TEST_F(SqliteStoreTest, ReadersSeeACommitBeforeItIsAnswered) {
  auto store = *Open();
  for (int i = 0; i < 200; ++i) {
    const auto appended = Await<AppendResult>(
        [&](auto done) { store->Append(Plain(MakeMessage(std::to_string(i))), std::move(done)); });
    EventsRequest request;
    request.tenant = "default";
    request.after_seq = appended->seq - 1;
    const auto page =
        Await<EventPage>([&](auto done) { store->Reader().ListEvents(request, std::move(done)); });
    ASSERT_EQ(page->events.size(), 1u);
    ASSERT_EQ(page->next_after_seq, appended->seq);
  }
}

class RefusalTelemetry : public NoTelemetry {
 public:
  void Refused(std::string_view limit) override {
    const std::lock_guard lock(mutex_);
    refusals_.emplace_back(limit);
  }
  void StateEntries(std::int64_t entries) override { state_entries_ = entries; }
  std::vector<std::string> refusals() {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }
  std::int64_t state_entries() const { return state_entries_; }

 private:
  std::mutex mutex_;  // guards refusals_
  std::vector<std::string> refusals_;
  std::atomic<std::int64_t> state_entries_{0};
};

Status PutState(Store& store, const std::string& tenant, const std::string& key,
                const std::string& value, std::uint32_t ttl_ms = kDefaultStateTtlMs) {
  return Await<PutStateResult>([&](auto done) {
           store.PutState({tenant, key, value, ttl_ms}, std::move(done));
         })
      .status();
}

void AwaitTold(Store& store) {
  ASSERT_TRUE(Await<Nothing>([&](auto done) { store.Probe(std::move(done)); }).ok());
}

TEST_F(SqliteStoreTest, StateIsBoundedPerTenantAndInTotal) {
  using ::testing::ElementsAre;
  using ::testing::HasSubstr;
  SqliteOptions options;
  options.data_dir = folder_.path();
  options.state = {.max_entries = 3, .max_entries_per_tenant = 2};
  RefusalTelemetry telemetry;
  auto store = *SqliteStore::Open(options, clock_, telemetry, listener_);
  EXPECT_TRUE(PutState(*store, "t", "a", "1").ok());
  EXPECT_TRUE(PutState(*store, "t", "b", "1").ok());
  const Status of_tenant = PutState(*store, "t", "c", "1");
  EXPECT_EQ(of_tenant.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(ToString(of_tenant), HasSubstr("2 state entries of a tenant"));
  EXPECT_TRUE(PutState(*store, "u", "a", "1").ok());
  const Status in_total = PutState(*store, "u", "b", "1");
  EXPECT_EQ(in_total.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(ToString(in_total), HasSubstr("3 state entries"));
  AwaitTold(*store);
  EXPECT_THAT(telemetry.refusals(), ElementsAre("tenant_state_entries", "state_entries"));
  EXPECT_EQ(telemetry.state_entries(), 3);
  EXPECT_TRUE(PutState(*store, "t", "a", "2").ok()) << "a known key";
  store.reset();
  store = *SqliteStore::Open(options, clock_, telemetry, listener_);
  EXPECT_EQ(telemetry.state_entries(), 3);
  EXPECT_FALSE(PutState(*store, "u", "b", "1").ok()) << "a restart keeps the counts";
  EXPECT_TRUE(PutState(*store, "t", "a", "").ok());
  EXPECT_TRUE(PutState(*store, "u", "b", "1").ok()) << "a removal makes room";
  EXPECT_FALSE(PutState(*store, "t", "c", "1").ok());
}

TEST_F(SqliteStoreTest, ExpiredStateTakesNobodysPlace) {
  options_.state = {.max_entries = 2, .max_entries_per_tenant = 2};
  auto store = *Open();
  EXPECT_TRUE(PutState(*store, "t", "a", "1", 1000).ok());
  EXPECT_TRUE(PutState(*store, "t", "b", "1", 2000).ok());
  clock_.Advance(std::chrono::milliseconds(1000));
  EXPECT_TRUE(PutState(*store, "t", "c", "1").ok());
  EXPECT_FALSE(PutState(*store, "t", "d", "1").ok());
  AwaitTold(*store);
  const auto told = listener_.Take().state_changes;
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[2]->key, "a") << "the expired one is forgotten first";
  EXPECT_EQ(told[2]->value, "");
  EXPECT_EQ(told[3]->key, "c");
}

TEST_F(SqliteStoreTest, WhatWasNotCommittedIsNotCounted) {
  Open()->reset();
  auto connection = *Connection::Open(folder_.path() + "/events.db");
  RecordingListener listener;
  GroupWriter writer(std::move(connection), {}, clock_, telemetry_, listener);
  ASSERT_TRUE(writer.LoadCounters().ok());
  std::vector<Status> results(3, OkStatus());
  for (std::size_t i = 0; i < results.size(); ++i) {
    WriteStep step;
    step.run = [i, &results](WriteContext& context) {
      if (i == 1) Query(context.db, "SELECT no_such_function()").Run();
      results[i] = PutStateStep(context, {"t", std::to_string(i), "v"}, {2, 2}).status();
    };
    step.finish = [](const Status&) {};
    writer.Submit(std::move(step));
  }
  writer.Start();
  writer.Stop();
  EXPECT_TRUE(results[0].ok());
  EXPECT_TRUE(results[2].ok()) << ToString(results[2]);
  EXPECT_EQ(listener.Take().state_changes.size(), 2u);
}

TEST_F(SqliteStoreTest, AnOlderDatabaseIsMigrated) {
  {
    auto store = *Open();
    ASSERT_TRUE(Await<AppendResult>([&](auto done) {
                  store->Append(Plain(MakeMessage("old")), std::move(done));
                }).ok());
  }
  {
    auto connection = *Connection::Open(folder_.path() + "/events.db");
    ASSERT_TRUE(connection
                    ->Execute("DROP TABLE states; ALTER TABLE tenants DROP COLUMN state_count;"
                              "PRAGMA user_version=1")
                    .ok());
  }
  auto store = *Open();
  EXPECT_TRUE(PutState(*store, "default", "k", "v").ok());
  EventsRequest request;
  request.tenant = "default";
  const auto page =
      Await<EventPage>([&](auto done) { store->Reader().ListEvents(request, std::move(done)); });
  ASSERT_EQ(page->events.size(), 1u);
  EXPECT_EQ(page->events[0].identity, "old");
}

TEST_F(SqliteStoreTest, TenantsAndKindsAreBounded) {
  auto connection = *Connection::Open(":memory:");
  ASSERT_TRUE(PrepareSchema(*connection).ok());
  WriteContext context{*connection};
  const auto append = [&context](const std::string& tenant, int number) {
    Event event = MakeMessage(tenant + std::to_string(number));
    event.type = "type-" + std::to_string(number);
    return AppendStep(context, Plain({}, tenant), std::make_shared<Event>(event));
  };
  for (int i = 0; i < kMaxKindsPerTenant; ++i) ASSERT_TRUE(append("t", i).ok());
  EXPECT_TRUE(append("t", 0).ok()) << "a known type";
  EXPECT_EQ(append("t", kMaxKindsPerTenant).status().code(), StatusCode::kResourceExhausted);
  for (int i = 1; i < kMaxTenants; ++i) ASSERT_TRUE(append("t" + std::to_string(i), 0).ok());
  EXPECT_EQ(append("one more", 0).status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(context.refusals,
              ::testing::ElementsAre(::testing::StrEq("event_types"), ::testing::StrEq("tenants")));
  EXPECT_TRUE(context.db.TakeError().ok());
}

TEST_F(SqliteStoreTest, ReadersAreBounded) {
  auto connection = *Connection::Open(":memory:");
  ASSERT_TRUE(PrepareSchema(*connection).ok());
  ASSERT_EQ(kMaxReadersPerTenant, 10'000);
  ASSERT_TRUE(connection
                  ->Execute("INSERT INTO tenants(tenant_no, name) VALUES (1, 't');"
                            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                            " WHERE i < 9999) INSERT INTO cursors SELECT 1, 'r' || i, 1, 1 FROM n")
                  .ok());
  WriteContext context{*connection};
  EXPECT_TRUE(AdvanceStep(context, {"t", "the last one", 0, 1}).ok());
  EXPECT_EQ(AdvanceStep(context, {"t", "one more", 0, 1}).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_THAT(context.refusals, ::testing::ElementsAre(::testing::StrEq("readers")));
  EXPECT_TRUE(*AdvanceStep(context, {"t", "r1", 1, 2})) << "a known one";
}

}  // namespace
}  // namespace bw::event_store::testing
