// The context behind Loop, for the files of io that use Asio directly. Heavy: include it in as few files as possible.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <map>

#include "io/loop.hpp"

namespace offhook::io {

struct Loop::Impl {
  struct Watch {
    boost::asio::posix::stream_descriptor descriptor;
    std::function<void()> readable;
    bool gone = false;
  };
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{context.get_executor()};
  std::map<int, std::shared_ptr<Watch>> watches;
  std::unique_ptr<boost::asio::signal_set> terminate, hangup;

  void wait(const std::shared_ptr<Watch>& watch);
};

}  // namespace offhook::io
