/*
 * The only program of the judge's initramfs: hands every case to the kernel's module loader and writes what the
 * kernel says to the console, one fact a line, each starting with '@'.
 *
 * /preload lists modules that stay loaded throughout, one a line.
 * /cases has one case a line, tab separated: id, finit_module flags, file, parameters, modules to load before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MAX_BEFORE 8

/* Written to the kernel's log after a load: closes a line that the kernel left without its newline. */
static const char mark[] = "judge: end of load\n";

static int kmsg;

static void drain_kmsg(int print)
{
	char record[8192];
	ssize_t length;

	for (;;) {
		length = read(kmsg, record, sizeof(record) - 1);
		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			return;
		record[length] = '\0';
		char *text = strchr(record, ';');
		char *end = text ? strchr(text, '\n') : NULL;
		if (!text || !end)
			continue;
		*end = '\0';
		if (print && strncmp(text + 1, mark, strlen(mark) - 1) != 0)
			printf("@kmsg\t%s\n", text + 1);
	}
}

static long read_tainted(void)
{
	char text[32] = "";
	int file = open("/proc/sys/kernel/tainted", O_RDONLY);

	if (file < 0 || read(file, text, sizeof(text) - 1) < 0)
		return -1;
	close(file);
	return atol(text);
}

/* The newest module stands first in /proc/modules. */
static void newest_module(char *name, size_t size)
{
	FILE *file = fopen("/proc/modules", "r");
	char line[512];

	name[0] = '\0';
	if (!file)
		return;
	if (fgets(line, sizeof(line), file))
		snprintf(name, size, "%.*s", (int)strcspn(line, " "), line);
	fclose(file);
}

static int load(const char *path, int flags, const char *parameters)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (file < 0)
		return errno;
	result = syscall(SYS_finit_module, file, parameters, flags) ? errno : 0;
	close(file);
	return result;
}

static void print_module_taint(const char *name)
{
	char path[256], text[64] = "";
	int file;

	snprintf(path, sizeof(path), "/sys/module/%s/taint", name);
	file = open(path, O_RDONLY);
	if (file < 0)
		return;
	if (read(file, text, sizeof(text) - 1) > 0)
		text[strcspn(text, "\n")] = '\0';
	close(file);
	printf("@module\t%s\t%s\n", name, text);
}

static void unload(const char *name)
{
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		printf("@stays\t%s\t%d\n", name, errno);
}

static void run_case(char *line)
{
	char *id = strsep(&line, "\t"), *flags = strsep(&line, "\t"), *path = strsep(&line, "\t");
	char *parameters = strsep(&line, "\t"), *before = line;
	char names[MAX_BEFORE][128], name[128];
	int loaded = 0, result;
	long tainted;

	if (!before)
		return;
	printf("@case\t%s\n", id);
	fflush(stdout);
	for (char *one; (one = strsep(&before, ",")) != NULL && loaded < MAX_BEFORE;) {
		if (!*one)
			continue;
		result = load(one, 0, "");
		if (result)
			printf("@before\t%s\t%d\n", one, result);
		else
			newest_module(names[loaded++], sizeof(names[0]));
	}
	drain_kmsg(0);
	tainted = read_tainted();
	result = load(path, atoi(flags), parameters);
	printf("@errno\t%d\n", result);
	if (write(kmsg, mark, sizeof(mark) - 1) < 0)
		printf("@before\t/dev/kmsg\t%d\n", errno);
	drain_kmsg(1);
	printf("@tainted\t%ld\t%ld\n", tainted, read_tainted());
	if (!result) {
		newest_module(name, sizeof(name));
		print_module_taint(name);
		unload(name);
	}
	while (loaded > 0)
		unload(names[--loaded]);
	printf("@end\t%s\n", id);
	fflush(stdout);
}

int main(void)
{
	static char line[65536];
	struct utsname uts;
	FILE *cases;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	int console = open("/dev/console", O_RDWR);

	if (console >= 0) {
		dup2(console, 0);
		dup2(console, 1);
		dup2(console, 2);
	}
	kmsg = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	uname(&uts);
	printf("\n@ready\t%s\n", uts.release);
	cases = fopen("/preload", "r");
	while (cases && fgets(line, sizeof(line), cases)) {
		line[strcspn(line, "\n")] = '\0';
		int error = load(line, 0, "");

		if (error)
			printf("@preload\t%s\t%d\n", line, error);
	}
	cases = fopen("/cases", "r");
	while (cases && fgets(line, sizeof(line), cases)) {
		line[strcspn(line, "\n")] = '\0';
		run_case(line);
	}
	printf("@done\n");
	fflush(stdout);
	sleep(1);
	reboot(RB_POWER_OFF);
	return 0;
}
