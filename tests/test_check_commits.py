"""Tests of bin/check-commits, in repositories of their own."""

import os
import subprocess
import sys

import pytest

from tests.house import ROOT

IDENTITY = {f"GIT_{who}_{what}": "tests@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
NO_CONFIGURATION = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
SIXTY = "Überarbeitet: " + "a" * 46  # characters, and one byte more
CANNOT_KNOW = "does not show where the new commits begin"


@pytest.fixture
def git(tmp_path):
    """Run git in an empty repository with a main branch and one commit with a long subject."""

    def run(*arguments, folder=tmp_path):
        command = ["git", "-C", str(folder), *arguments]
        environment = os.environ | IDENTITY | NO_CONFIGURATION
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout

    run("init", "--initial-branch", "main")
    run("commit", "--allow-empty", "-m", "An old commit whose subject is far longer than sixty characters, and stays")
    return run


def check(folder, *arguments):
    command = [sys.executable, str(ROOT / "bin" / "check-commits"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | NO_CONFIGURATION)


def commit(git, subject):
    git("commit", "--allow-empty", "-m", subject, "-m", "A body may be as long as it likes. " * 10)


def test_a_new_commit_with_a_subject_of_sixty_characters_passes(git, tmp_path):
    git("switch", "-c", "work")
    commit(git, SIXTY)
    answer = check(tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "1 new commits, 0 with" in answer.stdout


def test_a_new_commit_with_a_subject_of_sixty_one_characters_is_refused_and_named(git, tmp_path):
    git("switch", "-c", "work")
    commit(git, SIXTY + "a")
    commit(git, "Short")
    answer = check(tmp_path)
    assert answer.returncode == 1
    assert SIXTY + "a" in answer.stderr and "61 characters" in answer.stderr and "Short" not in answer.stderr


def test_commits_that_the_main_branch_has_already_are_not_checked(git, tmp_path):
    assert check(tmp_path).returncode == 0


def test_a_detached_clone_compares_with_the_remotes_main_branch(git, tmp_path):
    git("clone", ".", "clone")
    clone = tmp_path / "clone"
    git("switch", "--detach", folder=clone)
    git("commit", "--allow-empty", "-m", SIXTY + "a", folder=clone)
    assert check(clone).returncode == 1


def test_new_commits_are_compared_with_the_branch_that_is_named(git, tmp_path):
    git("branch", "release")
    commit(git, SIXTY + "a")
    assert check(tmp_path).returncode == 0
    assert check(tmp_path, "release").returncode == 1


def test_check_commits_passes_and_says_so_in_a_shallow_clone_without_the_main_branch(git, tmp_path):
    git("switch", "-c", "work")
    commit(git, SIXTY + "a")
    git("clone", "--depth", "1", "--branch", "work", f"file://{tmp_path}", "clone")
    clone = tmp_path / "clone"
    git("remote", "remove", "origin", folder=clone)
    answer = check(clone)
    assert answer.returncode == 0 and CANNOT_KNOW in answer.stdout


def test_check_commits_passes_and_says_so_in_a_folder_without_a_repository(tmp_path):
    answer = check(tmp_path)
    assert answer.returncode == 0 and CANNOT_KNOW in answer.stdout
