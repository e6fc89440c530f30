#include "tool-service/builtin/callback_setup.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "common/xml/xml.h"
#include "tool-service/builtin/dashboard.h"

namespace bw::tool_service {
namespace {

using xml::Element;

// What an API says that has no PATCH there; that the application exists is known.
constexpr std::array kNoSuchMethod = {404, 405, 501};

CallbackTarget TargetOf(const ServerFacts& facts, const CallbackCredentials& credentials) {
  const bool may_carry = facts.callbacks.is_https() || facts.sandbox;
  return {facts.callbacks, may_carry ? credentials : CallbackCredentials()};
}

std::string SnapshotKey(const CallbackJob& job) {
  return "callbacks/" + job.account_id + "/" + job.application_id;
}

Status StoreProblem(const Status& status, std::string_view what) {
  return MakeStatus(status.code(), std::string(what) + ": " + std::string(Message(status)) +
                                       ". Nothing was changed; try again in a moment.");
}

}  // namespace

// One job under way. Each step runs after the one before, so there is no lock.
class CallbackSetup::Run : public std::enable_shared_from_this<Run> {
 public:
  Run(const CallbackSetup& setup, CallbackJob job, CallContext context, Done done)
      : setup_(setup),
        job_(std::move(job)),
        context_(std::move(context)),
        done_(std::move(done)),
        path_("/accounts/" + EncodeComponent(job_.account_id) + "/applications/" +
              EncodeComponent(job_.application_id)) {}

  void Configure() {
    if (const Status reachable = setup_.CheckReachable(); !reachable.ok()) return done_(reachable);
    ReadApplication([self = shared_from_this()] { self->PlanToConfigure(); });
  }

  void Restore() {
    ReadSnapshotThen([self = shared_from_this()] {
      if (!self->snapshot_) {
        return self->done_(NotFound(
            "This server keeps no former state of application " + self->job_.application_id +
            ": it did not change it, or that was more than 31 days ago. Change it with "
            "PatchApplication or in the Bandwidth app."));
      }
      self->ReadApplication([self] { self->PlanToRestore(); });
    });
  }

 private:
  using Step = std::function<void()>;

  void Ask(DashboardRequest request, std::function<void(StatusOr<DashboardAnswer>)> answered) {
    AskDashboard(setup_.http_, request, context_, std::move(answered));
  }

  void ReadApplication(Step next) {
    Ask({.path_and_query = path_},
        [self = shared_from_this(), next = std::move(next)](StatusOr<DashboardAnswer> answer) {
          if (const Status problem = ProblemOf(answer); !problem.ok()) return self->done_(problem);
          const Status usable = self->TakeApplication(*answer);
          if (!usable.ok()) return self->done_(usable);
          next();
        });
  }

  Status TakeApplication(const DashboardAnswer& answer) {
    const Element* found = xml::FindAnywhere(answer.root, "Application");
    if (found == nullptr) return Unavailable("Bandwidth's answer holds no application. Try again.");
    application_ = *found;
    const auto kind = KindOf(application_);
    if (!kind || (job_.kind && *kind != *job_.kind)) {
      return FailedPrecondition(
          "Application " + job_.application_id + " has the service type " +
          xml::ChildText(application_, "ServiceType") + ", wanted is " +
          (job_.kind ? std::string(KindName(*job_.kind)) : std::string("voice or messaging")) +
          ". Nothing was changed; find the right one with listApplications.");
    }
    outcome_.kind = *kind;
    outcome_.name = xml::ChildText(application_, "AppName");
    outcome_.before = outcome_.after = DescribeCallbacks(application_);
    return OkStatus();
  }

  void ReadSnapshotThen(Step next) {
    ValueRequest request;
    request.key = SnapshotKey(job_);
    request.only_if_absent = true;  // without a value: only reads
    setup_.journal_.PutValue(
        context_, std::move(request),
        [self = shared_from_this(), next = std::move(next)](StatusOr<ValueOutcome> kept) {
          if (!kept.ok()) {
            return self->done_(
                StoreProblem(kept.status(), "The former state could not be looked up"));
          }
          if (!kept->value.empty()) {
            // What cannot be read is as good as none.
            auto snapshot = ReadSnapshot(kept->value);
            if (snapshot.ok()) self->snapshot_ = *std::move(snapshot);
          }
          next();
        });
  }

  void PlanToConfigure() {
    const CallbackTarget& target = setup_.target_;
    change_ = PlanOurs(outcome_.kind, application_, target, job_.renew_credentials);
    ReadSnapshotThen([self = shared_from_this()] {
      if (self->change_.empty()) {
        if (self->snapshot_) self->outcome_.snapshot_time_ms = self->snapshot_->time_ms;
        return self->done_(std::move(self->outcome_));
      }
      self->KeepSnapshot();
    });
  }

  void KeepSnapshot() {
    const std::string present = IncomingUrl(outcome_.kind, application_);
    // What stands there is our own work: what was before it is still what to go back to.
    const bool is_ours = snapshot_ && snapshot_->written_url == present;
    if (!is_ours) snapshot_ = ApplicationSnapshot{"", setup_.clock_.NowMs(), application_};
    snapshot_->written_url = outcome_.kind == ApplicationKind::kVoice
                                 ? setup_.target_.urls.Answer()
                                 : setup_.target_.urls.MessagingInbound();
    ValueRequest request;
    request.key = SnapshotKey(job_);
    request.value = WriteSnapshot(*snapshot_);
    request.time_to_live = kKept;
    if (request.value.size() > EventJournal::kMaxValueBytes) {
      return done_(ResourceExhausted("The application's present state has " +
                                     std::to_string(request.value.size()) + " bytes; at most " +
                                     std::to_string(EventJournal::kMaxValueBytes) +
                                     " can be kept to restore it. Nothing was changed."));
    }
    setup_.journal_.PutValue(
        context_, std::move(request), [self = shared_from_this()](StatusOr<ValueOutcome> kept) {
          if (!kept.ok()) {
            return self->done_(StoreProblem(kept.status(), "The present state could not be kept"));
          }
          self->outcome_.snapshot_time_ms = self->snapshot_->time_ms;
          self->Write();
        });
  }

  void PlanToRestore() {
    outcome_.snapshot_time_ms = snapshot_->time_ms;
    change_ = PlanBack(outcome_.kind, application_, snapshot_->application, setup_.target_,
                       job_.password);
    outcome_.passwords_unknown = change_.passwords_unknown;
    restoring_ = true;
    if (change_.empty()) return Finish();
    Write();
  }

  void Write() {
    if (!change_.cleared.empty()) return Replace();
    outcome_.method = "PATCH";
    Ask({"PATCH", path_, PatchBody(change_)},
        [self = shared_from_this()](StatusOr<DashboardAnswer> answer) {
          const bool unsupported =
              answer.ok() && std::find(kNoSuchMethod.begin(), kNoSuchMethod.end(),
                                       answer->status) != kNoSuchMethod.end();
          if (unsupported) return self->Replace();
          self->Written(std::move(answer));
        });
  }

  void Replace() {
    auto body = PutBody(application_, change_, job_.allow_credential_loss);
    if (!body.ok()) return done_(body.status());
    outcome_.method = "PUT";
    Ask({"PUT", path_, *std::move(body)},
        [self = shared_from_this()](StatusOr<DashboardAnswer> answer) {
          self->Written(std::move(answer));
        });
  }

  void Written(StatusOr<DashboardAnswer> answer) {
    if (const Status problem = ProblemOf(answer, outcome_.method); !problem.ok()) {
      return done_(problem);
    }
    outcome_.changed = true;
    Ask({.path_and_query = path_}, [self = shared_from_this()](StatusOr<DashboardAnswer> read) {
      self->Confirm(std::move(read));
    });
  }

  void Confirm(StatusOr<DashboardAnswer> answer) {
    if (const Status problem = ProblemOf(answer); !problem.ok()) {
      return done_(MakeStatus(problem.code(),
                              "The change was accepted, but the application could not be read "
                              "again. " +
                                  std::string(Message(problem))));
    }
    const Element* found = xml::FindAnywhere(answer->root, "Application");
    const Element none;
    const Status applied = CheckApplied(found == nullptr ? none : *found, change_);
    if (!applied.ok()) return done_(applied);
    outcome_.after = DescribeCallbacks(*found);
    Finish();
  }

  // A state that is back, whole, need not be kept.
  void Finish() {
    if (!restoring_ || !outcome_.passwords_unknown.empty()) return done_(std::move(outcome_));
    outcome_.snapshot_time_ms = 0;
    setup_.journal_.PutValue(context_, {.key = SnapshotKey(job_)},
                             // A state that stays kept does no harm: it is what stands there.
                             [self = shared_from_this()](const StatusOr<ValueOutcome>&) {
                               self->done_(std::move(self->outcome_));
                             });
  }

  const CallbackSetup& setup_;
  const CallbackJob job_;
  const CallContext context_;
  const Done done_;
  const std::string path_;
  Element application_;
  std::optional<ApplicationSnapshot> snapshot_;
  ApplicationChange change_;
  CallbackOutcome outcome_;
  bool restoring_ = false;
};

CallbackSetup::CallbackSetup(HttpClient& http, EventJournal& journal, const Clock& clock,
                             const ServerFacts& facts, const CallbackCredentials& credentials)
    : http_(http),
      journal_(journal),
      clock_(clock),
      sandbox_(facts.sandbox),
      target_(TargetOf(facts, credentials)) {}

Status CallbackSetup::CheckReachable() const {
  if (sandbox_ || target_.urls.is_public()) return OkStatus();
  return FailedPrecondition(
      "Webhooks would go to " + target_.urls.base() +
      ", which Bandwidth cannot reach. Nothing was changed. Have the operator set "
      "BW_MCP_BASE_URL to the public URL that leads to the callback port.");
}

void CallbackSetup::Configure(CallbackJob job, CallContext context, Done done) const {
  std::make_shared<Run>(*this, std::move(job), std::move(context), std::move(done))->Configure();
}

void CallbackSetup::Restore(CallbackJob job, CallContext context, Done done) const {
  std::make_shared<Run>(*this, std::move(job), std::move(context), std::move(done))->Restore();
}

}  // namespace bw::tool_service
