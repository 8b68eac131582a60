"""Realistic views, in both languages, as the lesson screen would make them: what the pictures and the width tests show."""

from __future__ import annotations

from nslab.course.markdown import Prose, blocks
from nslab.kernel.namespaces import Kind
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, hue, solid
from nslab.tui.panes.program import Made, ProgramView
from nslab.tui.prose import inline
from nslab.tui.screens.card_view import CardView, Predicted
from nslab.tui.screens.glossary_view import GlossaryView, TermEntry
from nslab.tui.screens.help_view import HelpView, Label, Part
from nslab.tui.screens.map_view import ChapterEntry, LessonEntry, MapView, Need, Progress
from nslab.tui.story.view import (
    CannotRun,
    Card,
    Choice,
    Doing,
    Explaining,
    Loading,
    Miss,
    Observing,
    Past,
    Predicting,
    Stage,
    StoryView,
    Task,
    TaskState,
)
from nslab.tui.widgets.frame import Owned, World
from nslab.tui.widgets.header import Where
from nslab.tui.widgets.nowbar import Now
from nslab.tui.widgets.wrecked import Wreck
from nslab.words import Lang


def prose(source: str) -> Prose:
    """Lesson words as the course's loader reads them."""
    placed, faults = blocks(source)
    assert faults == []
    return Prose(source, tuple(each.block for each in placed))


def story(lang: Lang, card: str) -> StoryView:
    """The lesson `pid` with the named card open."""
    en = lang == "en"
    words = (
        "`ns_pid.c` is the program of the last lesson with one flag more: **CLONE_NEWPID**. It asks the kernel for a\n"
        "**PID namespace** (man: pid_namespaces(7)), a fresh set of process numbers. Work in `box`; `host` stays free\n"
        "to look."
        if en
        else "`ns_pid.c` 就是上一课的程序，只多了一个标志：**CLONE_NEWPID**。它请内核新建一个 **PID 命名空间**\n"
        "（见 pid_namespaces(7)），也就是一套全新的进程编号。在 `box` 里操作，`host` 空着，留给你观察。"
    )
    said = Past(Stage.PREDICT, "the number the host knows it by" if en else "宿主机给它的那个 PID", False)
    did = Past(Stage.DO, "3 of 3" if en else "3/3")
    seen = Past(Stage.OBSERVE, "1")
    opened = cards(lang)[card]
    past, coming = {
        Stage.PREDICT: ((), (Stage.DO, Stage.OBSERVE, Stage.EXPLAIN)),
        Stage.DO: ((said,), (Stage.OBSERVE, Stage.EXPLAIN)),
        Stage.OBSERVE: ((said, did), (Stage.EXPLAIN,)),
        Stage.EXPLAIN: ((said, did, seen), ()),
        None: ((), ()),
    }[opened.stage]
    return StoryView("One process, two numbers" if en else "一个进程，两个 PID", prose(words), opened, past, coming)


def cards(lang: Lang) -> dict[str, Card]:
    """One card of each kind."""
    return _english() if lang == "en" else _chinese()


def _english() -> dict[str, Card]:
    tasks = (
        Task("compile", prose("Compile it: `gcc -o ns_pid ns_pid.c`"), TaskState.DONE),
        Task("run", prose("Run it: `./ns_pid`"), TaskState.NOW),
        Task("ask", prose("Ask the container's shell for its number, and type it here."), TaskState.TO_COME, asks=True),
    )
    asking = (
        *(Task(task.id, task.words, TaskState.DONE) for task in tasks[:2]),
        Task("ask", tasks[2].words, TaskState.NOW, asks=True),
    )
    hint = "Run it in `box`, in the foreground. Your prompt will change: that shell is the container."
    miss = Miss(
        "pid of host ≠ pid of box",
        "both are pid:A 4026532181",
        "Look at the flags that `clone()` was given, then run it again.",
    )
    explain = (
        "In `box` the shell is 1. The pane shows why: the `pid` bar has split, 4026532181 out here, 4026532254 in there.\n"
        "A PID namespace counts from 1, and its first process is the one that clone() made.\n\n"
        "    grep NSpid /proc/PID/status\n"
    )
    return {
        "predict": Predicting(
            prose("The container's shell prints its own number: `echo $$`. Which?"),
            (
                Choice("one", prose("1")),
                Choice("outer", prose("the number the host knows it by")),
                Choice("zero", prose("0")),
            ),
            "outer",
        ),
        "undecided": Predicting(
            prose("In `box`, whose directory is `/proc/1`?"),
            (
                Choice("bash", prose("this shell's: it is process 1")),
                Choice("lab", prose("the host's first process")),
                Choice("missing", prose("there is none: the host's processes can't be seen")),
            ),
        ),
        "do": Doing(tasks, hints=(prose(hint),), more_hints=True),
        "ask": Doing(asking, more_hints=True),
        "checking": Doing(tasks, checking=True),
        "miss": Doing(tasks, miss=miss, more_hints=True),
        "passed": Observing(
            ("`echo $$` printed 1", "on the host the same shell is 8"),
            False,
            "the number the host knows it by",
            prose(
                "A sensible guess: there is one process, so why two names? But numbers belong to a namespace, and this\n"
                "process lives in two."
            ),
        ),
        "held": Observing(("pid of host ≠ pid of box", "A 4026532181   B 4026532254"), True, "1"),
        "explain": Explaining(prose(explain)),
        "cannot": CannotRun(
            "`memory` needs a cgroup this user may write",
            "found: /sys/fs/cgroup is v1 (hybrid). Do: boot with systemd.unified_cgroup_hierarchy=1",
            "or take another lesson: 25 of 31 work here as it is",
        ),
        "loading": Loading("preparing step 5 of 8", 2, 4),
    }


def _chinese() -> dict[str, Card]:
    tasks = (
        Task("compile", prose("编译：`gcc -o ns_pid ns_pid.c`"), TaskState.DONE),
        Task("run", prose("运行：`./ns_pid`"), TaskState.NOW),
        Task("ask", prose("问问容器里的 shell 它的 PID 是多少，填在这里。"), TaskState.TO_COME, asks=True),
    )
    asking = (
        *(Task(task.id, task.words, TaskState.DONE) for task in tasks[:2]),
        Task("ask", tasks[2].words, TaskState.NOW, asks=True),
    )
    hint = "要在 `box` 里、在前台运行。提示符会变：眼前这个 shell 就是容器。"
    miss = Miss("宿主机的 pid ≠ box 的 pid", "都是 pid:A 4026532181", "看看 `clone()` 的标志，再运行一次。")
    explain = (
        "在 `box` 里，这个 shell 是 1 号。原因看右边：`pid` 那一条断成了两截，外面是 4026532181，里面是 4026532254。\n"
        "PID 命名空间从 1 开始计数，clone() 造出的进程就是第一个。\n\n"
        "    grep NSpid /proc/PID/status\n"
    )
    return {
        "predict": Predicting(
            prose("容器里的 shell 用 `echo $$` 打印自己的 PID，会是几？"),
            (Choice("one", prose("1")), Choice("outer", prose("宿主机给它的那个 PID")), Choice("zero", prose("0"))),
            "outer",
        ),
        "undecided": Predicting(
            prose("在 `box` 里看，`/proc/1` 是谁的目录？"),
            (
                Choice("bash", prose("这个 shell 的，它就是 1 号")),
                Choice("lab", prose("宿主机第一个进程的")),
                Choice("missing", prose("没有这个目录：宿主机的进程在这里看不见")),
            ),
        ),
        "do": Doing(tasks, hints=(prose(hint),), more_hints=True),
        "ask": Doing(asking, more_hints=True),
        "checking": Doing(tasks, checking=True),
        "miss": Doing(tasks, miss=miss, more_hints=True),
        "passed": Observing(
            ("`echo $$` 打印了 1", "在宿主机上，同一个 shell 是 8 号"),
            False,
            "宿主机给它的那个 PID",
            prose("这么想很自然：进程只有一个，何必有两个号？但号码属于命名空间，而这个进程同时身处两个命名空间。"),
        ),
        "held": Observing(("宿主机的 pid ≠ box 的 pid", "A 4026532181   B 4026532254"), True, "1"),
        "explain": Explaining(prose(explain)),
        "cannot": CannotRun(
            "`memory` 课需要一个当前用户可写的 cgroup",
            "现状：/sys/fs/cgroup 是 v1（混合模式）。做法：启动参数加 systemd.unified_cgroup_hierarchy=1",
            "或者换一课：31 课中有 25 课可以直接上",
        ),
        "loading": Loading("正在准备第 5 步（共 8 步）", 2, 4),
    }


def where(lang: Lang) -> Where:
    """Step 3 of 7 of `pid`."""
    return Where("namespaces" if lang == "en" else "命名空间", "pid", 3, 7)


def now(lang: Lang) -> Now:
    """The current task in one line."""
    words = "on the host, find this shell: `pstree -p`" if lang == "en" else "在宿主机上找到这个 shell：`pstree -p`"
    return Now(Stage.DO, inline(prose(words)), "▸ 3/3")


def worlds(lang: Lang) -> tuple[World, World]:
    """The host's terminal and the container's."""
    host = World("host" if lang == "en" else "宿主机", "A", "lab")
    return host, World("box", "B", "container", (Owned("pid", "B"), Owned("uts", "B")))


def full_world() -> World:
    """A container that owns every kind there is."""
    return World("box", "B", "container", tuple(Owned(kind, "B") for kind in Kind))


def wreck(lang: Lang) -> Wreck:
    """A lab without its loader."""
    broken = "no program starts in it: /lib64 is gone, and with it every loader"
    return Wreck(broken if lang == "en" else "里面什么程序都启动不了：/lib64 没了，装载器也就没了。", 2, 3)


SOURCE = """\
/* A process in a PID namespace and a UTS namespace of its own. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[1024 * 1024];

static int container(void *unused)
{
\t(void)unused;
\tprintf("container: I am %d, my parent is %d\\n", getpid(), getppid());
\tfflush(stdout);                    /* exec would drop what is still in the buffer */
\tif (sethostname("container", 9) == -1)
\t\tperror("sethostname");
\texecl("/bin/bash", "bash", NULL);
\tperror("exec /bin/bash");
\treturn 1;
}

int main(void)
{
\t/* stacks grow down: hand clone() the far end */
\tpid_t pid = clone(container, stack + sizeof stack,
\t                  CLONE_NEWPID | CLONE_NEWUTS | SIGCHLD, NULL);
\tif (pid == -1) {
\t\tperror("clone");
\t\treturn EXIT_FAILURE;
\t}
\tprintf("parent: I am %d, the container is %d\\n", getpid(), pid);
\twaitpid(pid, NULL, 0);
\treturn EXIT_SUCCESS;
}
"""


def program(lang: Lang) -> ProgramView:
    """The source of ns_pid, the call to clone() lit."""
    about = "the program behind ns_pid(7)" if lang == "en" else "ns_pid(7) 的源程序"
    made = (Made("CLONE_NEWUTS", "uts", "B"), Made("CLONE_NEWPID", "pid", "B"))
    return ProgramView("ns_pid.c", about, tuple(SOURCE.splitlines()), frozenset({27, 28}), made)


LESSONS = {
    "process": (9, "Where is the container?", "容器在哪里"),
    "vm": (8, "Why so fast?", "为什么这么快"),
    "uts": (10, "Two host names on one machine", "一台机器，两个主机名"),
    "pid": (12, "One process, two numbers", "一个进程，两个 PID"),
    "init": (12, "Killing PID 1 does nothing", "杀不死的 1 号进程"),
    "same": (10, "The same namespace, or not?", "是同一个命名空间吗"),
    "mnt": (14, "Mounted here, invisible there", "这边挂上，那边看不见"),
    "ipc": (9, "Whose message queue is it?", "消息队列归谁"),
    "net": (14, "Two servers on port 80", "两个程序同占 80 端口"),
    "user": (13, "Root, or not?", "是 root，又不是"),
    "cgroupns": (6, "Where am I in the tree?", "我在树的哪里"),
    "time": (6, "Up since when?", "从什么时候算起"),
    "namespaces": (9, "Which are there, and since when?", "有哪些，什么时候有的"),
    "compose": (11, "What docker sets by default", "docker 默认隔离什么"),
    "exec": (9, "What docker exec does", "docker exec 做了什么"),
    "birth": (12, "A container is born", "容器的诞生"),
    "without": (13, "What each piece buys", "少一样会怎样"),
    "order": (11, "Could the order be another?", "顺序能换吗"),
    "cgroup": (10, "Isolated, and yet slowed down?", "隔离了，怎么还会变慢"),
    "cpu": (9, "Throttled", "限流"),
    "memory": (12, "Killed at the limit", "到上限就被杀"),
    "io": (9, "Slowed down", "慢下来的磁盘"),
    "copies": (8, "A hundred copies?", "一百份拷贝？"),
    "union": (10, "Scattered directories become one", "散落的目录合成一个"),
    "docker": (15, "Can you write docker run?", "自己写一个 docker run"),
}
CHAPTERS = (
    ("What is a container?", "容器是什么", "process vm"),
    (
        "Namespaces",
        "命名空间",
        "uts pid init same mnt ipc net user cgroupns time namespaces compose exec birth without order",
    ),
    ("Control groups", "控制组", "cgroup cpu memory io"),
    ("Layers", "联合文件系统", "copies union"),
    ("Make your own", "自己动手", "docker"),
)


def _lesson(lang: Lang, name: str) -> LessonEntry:
    en = lang == "en"
    minutes, *titles = LESSONS[name]
    hook = (
        "In the container you are process 1. From the host you are 8. Both are true, and you will see the kernel keep both."
        if en
        else "在容器里你是 1 号进程，从宿主机看你是 8 号。两个都对，你会看到内核同时记着两个 PID。"
    )
    needs = (
        (Need("no `io` controller here", False, "`systemctl edit user@.service`, then `Delegate=io`"),)
        if name == "io" and en
        else (Need("这里没有 `io` 控制器", False, "`systemctl edit user@.service`，写上 `Delegate=io`"),)
        if name == "io"
        else (
            Need("a C compiler, here: gcc 12" if en else "C 编译器：本机有 gcc 12", True),
            Need("no root, no network" if en else "不用 root，不用网络", True),
        )
    )
    return LessonEntry(
        id=name,
        title=titles[0 if en else 1],
        minutes=minutes,
        hook=prose(hook),
        progress={"process": Progress.DONE, "vm": Progress.DONE, "uts": Progress.DONE, "pid": Progress.STARTED}.get(
            name, Progress.NEW
        ),
        step=3 if name == "pid" else 1,
        steps=7,
        sees=(Kind.PID, Kind.MNT),
        types=("./ns_pid", "echo $$", "pstree -p", "ls -l /proc/8/ns"),
        needs=needs,
    )


def course(lang: Lang) -> MapView:
    """The whole course, four lessons in, on a machine without an io controller."""
    en = lang == "en"
    return MapView(
        chapters=tuple(
            ChapterEntry(title if en else zh, tuple(_lesson(lang, name) for name in names.split()))
            for title, zh, names in CHAPTERS
        ),
        machine=(
            Need("namespaces, overlayfs" if en else "命名空间、overlayfs", True),
            Need("io: no controller here" if en else "io：没有 io 控制器", False),
        ),
    )


def _bars(width: int, *, plain: bool) -> Canvas:
    """A stand-in for a pane's picture: two bars of one namespace each."""
    canvas = Canvas(width, 6, plain=plain)
    canvas.heading("namespaces", "/proc/<pid>/ns")
    half = (width - 12) // 2
    canvas.put(0, 3, "pid", BOLD)
    for x, letter, inode in ((8, "A", 4026532181), (width - half, "B", 4026532254)):
        canvas.bar(x, 2, half, 3, hue(letter))
        canvas.letter(x, 3, letter)
        canvas.put(x + 6, 3, f"{inode} ", solid(hue(letter)))
    return canvas


def card(lang: Lang) -> CardView:
    """The card of `pid` after three predictions, one of which did not hold."""
    if lang == "en":
        return CardView(
            "pid",
            "One process, two numbers",
            "your card · 24 November · 11 minutes",
            prose(
                "A PID namespace is a set of process numbers of its own, counted from 1. A process has one number in each "
                "namespace from its own up to the first. `/proc` shows the namespace it was mounted in.\n\n"
                "    unshare --pid --fork --mount-proc bash\n    grep NSpid /proc/PID/status\n\n"
                "In docker: on by default; `docker run --pid=host` shares the host's, `--pid=container:NAME` another "
                "container's."
            ),
            (
                Predicted(prose("The container's shell prints its own number: `echo $$`. Which?"), prose("1"), True),
                Predicted(
                    prose("In `box`, whose directory is `/proc/1`?"),
                    prose("this shell's: it is process 1"),
                    False,
                    prose("the host's first process"),
                ),
            ),
            ("PID namespace", "NSpid", "boundary", "init"),
            (_bars, _bars),
        )
    return CardView(
        "pid",
        "一个进程，两个 PID",
        "你的卡片 · 11 月 24 日 · 11 分钟",
        prose(
            "PID 命名空间是一套独立的进程编号，从 1 数起。从自己所在的命名空间往上，直到最外层，进程在每一层都有一个号码；"
            "外面看得见里面，里面看不见外面。\n\n"
            "    unshare --pid --fork --mount-proc bash\n    grep NSpid /proc/PID/status\n\n"
            "在 docker 里：默认开启；`docker run --pid=host` 与宿主机共用，`--pid=container:NAME` 与另一个容器共用。"
        ),
        (
            Predicted(prose("容器里的 shell 用 `echo $$` 打印自己的 PID，会是几？"), prose("1"), True),
            Predicted(
                prose("在 `box` 里看，`/proc/1` 是谁的目录？"),
                prose("这个 shell 的，它就是 1 号"),
                False,
                prose("宿主机第一个进程的"),
            ),
        ),
        ("PID 命名空间", "NSpid", "边界", "init"),
        (_bars, _bars),
    )


TERMS = (
    *(("boundary", "边界", "pid"), ("capability", "权能（capability）", "user"), ("container", "容器", "process")),
    *(("container layer", "容器层", "cow"), ("control group", "控制组（cgroup）", "cgroup")),
    *(("copy-up", "复制到上层（copy-up）", "cow"), ("host", "宿主机", "process"), ("inode number", "inode 号", "same")),
    *(("lower, upper, merged", "下层、上层、合并视图", "union"), ("namespace", "命名空间", "uts")),
    *(("orphan", "孤儿进程", "init"), ("out-of-memory kill", "超出内存上限被杀（OOM kill）", "memory")),
    *(
        ("peer group", "对等组", "mnt"),
        ("pressure (PSI)", "资源压力（PSI）", "memory"),
        ("propagation", "挂载传播", "mnt"),
    ),
    *(("throttled", "限流", "cpu"), ("union mount", "联合挂载", "union"), ("whiteout", "whiteout 文件", "cow")),
)


def glossary(lang: Lang) -> GlossaryView:
    """The course's words, six lessons in."""
    en = lang == "en"
    return GlossaryView(
        tuple(
            TermEntry(
                id=name,
                names={"en": name, "zh": zh},
                lesson=lesson,
                met=lesson in ("pid", "process", "uts", "same", "cow", "cgroup"),
                meaning="One set of something that processes would otherwise all share, such as host names, process numbers, "
                "mounts. Eight kinds; a process is in one of each."
                if en
                else "原本由所有进程共用的某样东西（主机名、进程编号、挂载点……）的其中一份。一共八种，每个进程各属其一。",
                is_not="a limit: it decides what a process sees, not how much it may use"
                if en
                else "限额：它管一个进程看得见什么，不管能用多少",
                see=("ls -l /proc/self/ns", "lsns"),
                man="namespaces(7)",
            )
            for name, zh, lesson in TERMS
        )
    )


def help_view(lang: Lang) -> HelpView:
    """Help for the namespaces pane."""
    if lang == "en":
        return HelpView(
            "namespaces",
            "Which namespaces do two processes share? One bar across both columns is one namespace, seen by both. Two bars "
            "are two.",
            (
                Part("A  B", "the same letter in a row: the same inode, in every pane"),
                Part("4026…", "inode number of `/proc/<pid>/ns/<kind>`; the proof"),
                Part("≠", "two namespaces; the row stands out"),
                Part("bash 2", "the process that is looked at, by its number on the host"),
            ),
            (
                Part("↑↓", "a row: its exact source"),
                Part("⏎", "who else is in this namespace"),
                Part("c", "compare with another process"),
            ),
            "the ns links of both processes, four times a second; writes nothing",
            "namespaces(7) · word: namespace · lesson: same",
            (Label(9, "letter"), Label(16, "inode"), Label(24, "two, not one")),
        )
    return HelpView(
        "命名空间",
        "两个进程共用哪些命名空间？横贯两列的一条，是同一个命名空间；断成两条，就是两个。",
        (
            Part("A  B", "同一行里字母相同，inode 就相同；每个窗格都一样"),
            Part("4026…", "`/proc/<pid>/ns/<种类>` 的 inode 号：这就是证据"),
            Part("≠", "两个不同的命名空间；这一行最醒目"),
            Part("bash 2", "正在看的进程，写的是宿主机给它的 PID"),
        ),
        (Part("↑↓", "选一行：看确切来源"), Part("⏎", "还有谁在这个命名空间里"), Part("c", "换一个进程来比")),
        "两个进程的 ns 链接，每秒四次；不写任何东西",
        "namespaces(7) · 术语：命名空间 · 课：same",
        (Label(9, "字母"), Label(16, "inode"), Label(24, "两个，不是一个")),
    )
