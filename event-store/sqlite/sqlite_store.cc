#include "event-store/sqlite/sqlite_store.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include "event-store/sqlite/reader_pool.h"
#include "event-store/sqlite/schema.h"
#include "event-store/sqlite/steps.h"
#include "event-store/sqlite/tables.h"

namespace bw::event_store {
namespace {

constexpr char kMemory[] = ":memory:";
constexpr char kDatabaseFile[] = "events.db";
constexpr char kLockFile[] = "events.lock";

// synchronous=FULL: a commit is on disk before it is answered. Checkpoints are the Checkpointer's.
constexpr char kWriterSettings[] =
    "PRAGMA page_size=4096; PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16000;"
    "PRAGMA temp_store=MEMORY;";
constexpr char kReaderSettings[] =
    "PRAGMA busy_timeout=10000; PRAGMA query_only=1; PRAGMA cache_size=-4000;"
    "PRAGMA mmap_size=268435456;";
// A restart of the log waits for readers while it holds the write lock, hence the short patience.
constexpr char kCheckpointSettings[] = "PRAGMA busy_timeout=100; PRAGMA synchronous=FULL;";

// Held as long as the process lives; the operating system releases it however the process ends.
class FolderLock {
 public:
  static StatusOr<std::unique_ptr<FolderLock>> Take(const std::string& folder) {
    const std::string path = folder + "/" + kLockFile;
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return Unavailable("cannot open " + path + ": " + std::strerror(errno));
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd);
      return FailedPrecondition("the data folder " + folder + " is in use by another process");
    }
    return std::unique_ptr<FolderLock>(new FolderLock(fd));
  }
  ~FolderLock() { ::close(fd_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  const int fd_;
};

Status CreateFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return OkStatus();
  return Unavailable("cannot create the data folder " + folder + ": " + error.message());
}

StatusOr<std::unique_ptr<Connection>> OpenConnection(const std::string& path,
                                                     const char* settings) {
  BW_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path));
  const Status status = connection->Execute(settings);
  if (!status.ok()) return Annotate(status, path);
  return connection;
}

std::size_t StepBytes(const Event& event) { return SizeOf(event) + sizeof(WriteStep); }

class RunningSqliteStore : public SqliteStore, private StoreReader {
 public:
  RunningSqliteStore(const SqliteOptions& options, const Clock& clock, Telemetry& telemetry)
      : options_(options), clock_(clock), telemetry_(telemetry) {}
  ~RunningSqliteStore() override { Close(); }

  Status Start(StoreListener& listener);
  void Close() override;

  void Append(AppendRequest request, Done<AppendResult> done) override;
  void QueueBxml(QueueRequest request, Done<QueueResult> done) override;
  void Settle(SettleRequest request, Done<Nothing> done) override;
  void EndHold(EndHoldRequest request, Done<bool> done) override;
  void AdvanceCursor(AdvanceRequest request, Done<bool> done) override;
  void PutState(PutStateRequest request, Done<PutStateResult> done) override;
  void Evict(RetentionLimits limits, Done<EvictResult> done) override;
  void Probe(Done<Nothing> done) override;
  StoreReader& Reader() override { return *this; }

  void GetCall(std::string tenant, std::string call_id, Done<Call> done) override;
  void ListCalls(CallsRequest request, Done<CallPage> done) override;
  void GetReceipt(std::string tenant, std::string receipt_id, Done<Receipt> done) override;
  void ListEvents(EventsRequest request, Done<EventPage> done) override;
  void ListState(StateRequest request, Done<StatePage> done) override;
  void LastSeq(Done<std::uint64_t> done) override;

 private:
  bool in_memory() const { return options_.data_dir == kMemory; }

  // Runs `body(context) -> StatusOr<T>` as a step of the writer.
  template <typename T, typename Body>
  void Write(std::size_t bytes, Done<T> done, Body body) {
    auto result = std::make_shared<StatusOr<T>>(Unavailable("not run"));
    WriteStep step;
    step.bytes = bytes;
    step.run = [result, body = std::move(body)](WriteContext& context) { *result = body(context); };
    step.finish = [result, done = std::move(done)](const Status& status) {
      if (status.ok()) {
        done(std::move(*result));
      } else {
        done(status);
      }
    };
    writer_->Submit(std::move(step));
  }

  // Runs `body(db) -> StatusOr<T>` in a snapshot. In memory there is one connection only, so the
  // read takes its turn with the writer.
  template <typename T, typename Body>
  void Read(Done<T> done, Body body) {
    if (readers_ == nullptr) {
      Write<T>(sizeof(WriteStep), std::move(done), [body = std::move(body)](WriteContext& context) {
        SaveLastSeq(context);  // earlier steps of the group are visible to this read
        return body(context.db);
      });
      return;
    }
    readers_->Submit(
        [done = std::move(done), body = std::move(body)](Connection* db, const Status& refusal) {
          if (db == nullptr) {
            done(refusal);
            return;
          }
          Query(*db, "BEGIN").Run();
          StatusOr<T> result = body(*db);
          Query(*db, "COMMIT").Run();
          const Status error = db->TakeError();
          if (!error.ok() && db->InTransaction()) (void)db->Execute("ROLLBACK");
          if (error.ok()) {
            done(std::move(result));
          } else {
            done(error);
          }
        });
  }

  const SqliteOptions options_;
  const Clock& clock_;
  Telemetry& telemetry_;
  std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::unique_ptr<GroupWriter> writer_;
  std::unique_ptr<ReaderPool> readers_;
};

// sqlite3_wal_hook: runs on the committing thread after each commit.
int OnWalCommit(void* checkpointer, sqlite3*, const char*, int pages) {
  constexpr std::int64_t kFrameBytes = 4096 + 24;
  static_cast<Checkpointer*>(checkpointer)->OnWalBytes(pages * kFrameBytes);
  return SQLITE_OK;
}

Status RunningSqliteStore::Start(StoreListener& listener) {
  std::string path = kMemory;
  if (!in_memory()) {
    BW_RETURN_IF_ERROR(CreateFolder(options_.data_dir));
    BW_ASSIGN_OR_RETURN(lock_, FolderLock::Take(options_.data_dir));
    path = options_.data_dir + "/" + kDatabaseFile;
  }
  BW_ASSIGN_OR_RETURN(auto connection, OpenConnection(path, kWriterSettings));
  for (const Status& status : {PrepareSchema(*connection), RecoverAfterRestart(*connection)}) {
    if (!status.ok()) return Annotate(status, path);
  }
  sqlite3* const writing = connection->handle();
  writer_ = std::make_unique<GroupWriter>(std::move(connection), options_.writer, clock_,
                                          telemetry_, listener);
  BW_RETURN_IF_ERROR(writer_->LoadCounters());
  if (!in_memory()) {
    BW_ASSIGN_OR_RETURN(auto checkpoints, OpenConnection(path, kCheckpointSettings));
    checkpointer_ =
        std::make_unique<Checkpointer>(std::move(checkpoints), options_.checkpoint, telemetry_);
    writer_->SetGate([checkpointer = checkpointer_.get()] { checkpointer->Enter(); },
                     [checkpointer = checkpointer_.get()] { checkpointer->Leave(); });
    sqlite3_wal_hook(writing, OnWalCommit, checkpointer_.get());
    std::vector<std::unique_ptr<Connection>> connections;
    for (int i = 0; i < options_.readers; ++i) {
      BW_ASSIGN_OR_RETURN(auto reading, OpenConnection(path, kReaderSettings));
      connections.push_back(std::move(reading));
    }
    readers_ =
        std::make_unique<ReaderPool>(std::move(connections), options_.max_queued_reads, telemetry_);
    checkpointer_->Start();
  }
  writer_->Start();
  return OkStatus();
}

void RunningSqliteStore::Close() {
  if (readers_ != nullptr) readers_->Stop();
  if (writer_ != nullptr) writer_->Stop();
  if (checkpointer_ != nullptr) checkpointer_->Stop();
}

void RunningSqliteStore::Append(AppendRequest request, Done<AppendResult> done) {
  auto event = std::make_shared<Event>(std::move(request.event));
  request.event = {};
  request.event.call_id = event->call_id;
  const std::size_t bytes = StepBytes(*event);
  auto count_and_answer = [this, done = std::move(done)](StatusOr<AppendResult> result) {
    if (result.ok()) telemetry_.Ingested(result->duplicate);
    done(std::move(result));
  };
  Write<AppendResult>(bytes, std::move(count_and_answer),
                      [request = std::move(request), event](WriteContext& context) {
                        return AppendStep(context, request, event);
                      });
}

void RunningSqliteStore::QueueBxml(QueueRequest request, Done<QueueResult> done) {
  const std::size_t bytes = sizeof(WriteStep) + request.bxml.size();
  Write<QueueResult>(bytes, std::move(done), [request = std::move(request)](WriteContext& context) {
    return QueueStep(context, request);
  });
}

void RunningSqliteStore::Settle(SettleRequest request, Done<Nothing> done) {
  Write<Nothing>(sizeof(WriteStep), std::move(done),
                 [request = std::move(request)](WriteContext& context) {
                   return SettleStep(context, request);
                 });
}

void RunningSqliteStore::EndHold(EndHoldRequest request, Done<bool> done) {
  Write<bool>(sizeof(WriteStep), std::move(done),
              [request = std::move(request)](WriteContext& context) {
                return EndHoldStep(context, request);
              });
}

void RunningSqliteStore::AdvanceCursor(AdvanceRequest request, Done<bool> done) {
  Write<bool>(sizeof(WriteStep), std::move(done),
              [request = std::move(request)](WriteContext& context) {
                return AdvanceStep(context, request);
              });
}

void RunningSqliteStore::PutState(PutStateRequest request, Done<PutStateResult> done) {
  const std::size_t bytes = sizeof(WriteStep) + request.key.size() + request.value.size();
  Write<PutStateResult>(
      bytes, std::move(done),
      [request = std::move(request), limits = options_.state](WriteContext& context) {
        return PutStateStep(context, request, limits);
      });
}

void RunningSqliteStore::Evict(RetentionLimits limits, Done<EvictResult> done) {
  Write<EvictResult>(sizeof(WriteStep), std::move(done),
                     [limits](WriteContext& context) { return EvictStep(context, limits); });
}

void RunningSqliteStore::Probe(Done<Nothing> done) {
  Write<Nothing>(sizeof(WriteStep), std::move(done),
                 [](WriteContext& context) { return ProbeStep(context); });
}

void RunningSqliteStore::GetCall(std::string tenant, std::string call_id, Done<Call> done) {
  Read<Call>(
      std::move(done),
      [tenant = std::move(tenant), call_id = std::move(call_id)](Connection& db) -> StatusOr<Call> {
        const auto tenant_no = FindTenant(db, tenant);
        auto row = tenant_no ? FindCall(db, *tenant_no, call_id) : std::nullopt;
        if (!row) return NotFound("no such call: " + call_id);
        CompleteCall(db, *row);
        row->call.turns = SelectTurns(db, row->call_no);
        return std::move(row->call);
      });
}

void RunningSqliteStore::ListCalls(CallsRequest request, Done<CallPage> done) {
  Read<CallPage>(std::move(done),
                 [request = std::move(request)](Connection& db) -> StatusOr<CallPage> {
                   return SelectCalls(db, request);
                 });
}

void RunningSqliteStore::GetReceipt(std::string tenant, std::string receipt_id,
                                    Done<Receipt> done) {
  Read<Receipt>(std::move(done),
                [tenant = std::move(tenant),
                 receipt_id = std::move(receipt_id)](Connection& db) -> StatusOr<Receipt> {
                  const auto tenant_no = FindTenant(db, tenant);
                  auto row = tenant_no ? FindReceipt(db, *tenant_no, receipt_id) : std::nullopt;
                  if (!row) return NotFound("no such receipt: " + receipt_id);
                  return std::move(row->receipt);
                });
}

void RunningSqliteStore::ListEvents(EventsRequest request, Done<EventPage> done) {
  Read<EventPage>(
      std::move(done), [request = std::move(request)](Connection& db) -> StatusOr<EventPage> {
        if (!request.reader) return SelectEvents(db, request);
        EventsRequest from_cursor = request;
        from_cursor.after_seq = 0;
        const auto tenant_no = FindTenant(db, request.tenant);
        if (tenant_no) {
          Query query(db, "SELECT after_seq FROM cursors WHERE tenant_no = ? AND reader = ?");
          if (query.Bind(*tenant_no).Bind(*request.reader).Next()) {
            from_cursor.after_seq = query.Uint(0);
          }
        }
        return SelectEvents(db, from_cursor);
      });
}

void RunningSqliteStore::ListState(StateRequest request, Done<StatePage> done) {
  Read<StatePage>(std::move(done),
                  [this, request = std::move(request)](Connection& db) -> StatusOr<StatePage> {
                    return SelectState(db, request, clock_.NowMs());
                  });
}

void RunningSqliteStore::LastSeq(Done<std::uint64_t> done) {
  Read<std::uint64_t>(std::move(done), [](Connection& db) -> StatusOr<std::uint64_t> {
    return event_store::LastSeq(db);
  });
}

}  // namespace

SqliteStore::~SqliteStore() = default;

StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteOptions& options,
                                                         const Clock& clock, Telemetry& telemetry,
                                                         StoreListener& listener) {
  auto store = std::make_unique<RunningSqliteStore>(options, clock, telemetry);
  BW_RETURN_IF_ERROR(store->Start(listener));
  return std::unique_ptr<SqliteStore>(std::move(store));
}

}  // namespace bw::event_store
